// Draws each explorer on a slide as large as it fits: words on the left, pictures on the right.
// Questions and trackers grow when they are answered: they become smaller until they fit.
// @ts-check

const LARGEST = 1.4;
const LARGEST_WORDS = 1.15;
const SMALLEST = 0.75;
const STEP = 0.05;
/** Controls stand beside each other rather than be smaller than this. */
const WELL_READ = 0.9;
/** A side that fills less than this part of its height may grow while somebody works with it. */
const ROOMY = 0.65;
/** Pictures beside each other are drawn at least this wide, in pixels before they are enlarged. */
const NARROWEST = 330;
/** Between an explorer and the end of its slide, in pixels of the slide. */
const MARGIN = 8;

const root = document.documentElement;
const slideHeight = Number(document.querySelector(".reveal").dataset.height);
const within = (size) => Math.min(LARGEST, Math.max(SMALLEST, Math.floor(size / STEP) * STEP));
const boxes = (elements) => elements.map((element) => element.getBoundingClientRect());

/** The parts of an explorer on a slide, and how much of the height its two sides take. */
function look(explorer) {
  const words = [...explorer.querySelectorAll(":scope > :is(.settings, .reading)")];
  const pictures = [...explorer.querySelectorAll(".picture:not([hidden])")];
  const own = explorer.getBoundingClientRect();
  const scale = own.height / explorer.offsetHeight;
  const top = boxes(words.slice(0, 1))[0].top;
  const end = own.bottom - 0.75 * 16 * scale; // its padding
  const used = (parts) => Math.max(0, ...boxes(parts).map((box) => box.bottom - top)) / (end - top);
  return { pictures, scale, top, end, words: () => used(words), drawn: () => used(pictures) };
}

/** Set a size, and make it smaller until the side fits. Says whether it does. */
function settle(explorer, name, size, used, smallest = SMALLEST) {
  for (let tried = within(size); tried > smallest - 0.001; tried -= STEP) {
    explorer.style.setProperty(name, tried.toFixed(2));
    if (used() <= 1.001) return true;
  }
  return false;
}

/** Controls below each other show long options whole; two columns where there is no room for that. */
function settleWords(explorer, used) {
  const attempt = (smallest) => {
    explorer.style.setProperty("--words", "1");
    const size = Math.min(Math.sqrt(1 / used()), LARGEST_WORDS);
    return settle(explorer, "--words", size, used, smallest);
  };
  explorer.removeAttribute("data-beside");
  if (attempt(WELL_READ)) return true;
  explorer.setAttribute("data-beside", "");
  return attempt(SMALLEST);
}

/** The arrangement of the pictures that lets them be larger: below each other or in two columns. */
function arrange(explorer, { pictures, scale, top, end }) {
  explorer.removeAttribute("data-across");
  explorer.style.setProperty("--pictures", "1");
  const available = (end - top) / scale;
  const place = explorer.querySelector(".pictures").getBoundingClientRect().width / scale;
  const heights = boxes(pictures).map((box) => box.height / scale + 16);
  const below = available / heights.reduce((sum, height) => sum + height, 0);
  const rows = heights.flatMap((height, i) =>
    i % 2 ? [] : [Math.max(height, heights[i + 1] ?? 0)],
  );
  const fits = available / rows.reduce((sum, height) => sum + height, 0);
  const across = Math.min(fits, (place - 16) / 2 / NARROWEST);
  if (pictures.length < 2 || below >= Math.min(across, LARGEST)) return below;
  explorer.setAttribute("data-across", "");
  return across;
}

function fit(explorer) {
  const section = explorer.closest("section").getBoundingClientRect();
  if (!section.width) return; // not laid out
  if (root.classList.contains("reading")) {
    explorer.style.height = "";
    explorer.classList.remove("scrolls");
    explorer.removeAttribute("tabindex");
    return;
  }
  const scale = section.width / explorer.closest("section").offsetWidth;
  const above = (explorer.getBoundingClientRect().top - section.top) / scale;
  explorer.style.height = `${slideHeight - above - MARGIN}px`;
  const seen = look(explorer);
  const words = settleWords(explorer, seen.words);
  const drawn = settle(explorer, "--pictures", arrange(explorer, seen), seen.drawn);
  const scrolls = !(words && drawn);
  explorer.classList.toggle("scrolls", scrolls);
  if (scrolls) explorer.tabIndex = 0;
  else explorer.removeAttribute("tabindex");
}

/** Fit again only what does not fit, or what left much room: sizes stay calm under a slider. */
function refit(explorer) {
  if (root.classList.contains("reading") || !explorer.style.height) return fit(explorer);
  if (!explorer.offsetHeight) return;
  const seen = look(explorer);
  const [words, drawn] = [seen.words(), seen.drawn()];
  const roomy = (name, used, largest) =>
    used < ROOMY && Number(explorer.style.getPropertyValue(name)) < largest - STEP;
  if (
    (Math.max(words, drawn) > 1.001 && !explorer.classList.contains("scrolls")) ||
    roomy("--words", words, LARGEST_WORDS) ||
    roomy("--pictures", drawn, LARGEST)
  )
    fit(explorer);
}

/** What is no explorer: its slide's widgets get smaller together; what still does not fit scrolls. */
function fitOthers(slide) {
  const others = [...slide.querySelectorAll("[data-model]:not(:has(.explorer))")];
  for (const other of others) {
    other.style.maxHeight = other.style.zoom = "";
    other.classList.remove("scrolls");
    other.removeAttribute("tabindex");
  }
  const { top, width } = slide.getBoundingClientRect();
  if (!width || root.classList.contains("reading")) return;
  const scale = width / slide.offsetWidth;
  if (!others.length) return;
  const end = () => (boxes(others).at(-1).bottom - top) / scale;
  const room = slideHeight - MARGIN;
  for (let size = 1; end() > room && size > SMALLEST; ) {
    size = Math.max(SMALLEST, size - STEP);
    for (const other of others) other.style.zoom = String(size);
  }
  if (end() <= room) return;
  const last = others.at(-1);
  const height = room - (boxes([last])[0].top - top) / scale;
  last.style.maxHeight = `${height / SMALLEST}px`;
  last.classList.add("scrolls");
  last.tabIndex = 0;
}

// What a fit changes is seen by the observer again; in the next frame, so that it may settle.
const paper = matchMedia("print");
const waiting = new Map();
function later(element, act) {
  if (!waiting.size)
    requestAnimationFrame(() => {
      const now = [...waiting];
      waiting.clear();
      // What is printed was fitted on the screen, on slides of the same size.
      if (!paper.matches) now.forEach(([one, how]) => how(one));
    });
  if (waiting.get(element) !== fit) waiting.set(element, act);
}

const sizes = new ResizeObserver((entries) =>
  entries.forEach(({ target }) => later(target.closest(".explorer"), refit)),
);
const slides = document.querySelector(".slides");
const explorers = () => slides.querySelectorAll(".explorer");
const others = new ResizeObserver((entries) =>
  entries.forEach(({ target }) => later(target.closest("section"), fitOthers)),
);

// A widget comes to its slide when it is drawn. Its parts are watched, and not its place: that is
// what a fit changes.
const known = new WeakSet();
function followAll() {
  for (const explorer of explorers()) {
    if (known.has(explorer)) continue;
    known.add(explorer);
    explorer
      .querySelectorAll(":scope > :is(.settings, .reading), .picture")
      .forEach((part) => sizes.observe(part));
    later(explorer, fit);
  }
  for (const other of slides.querySelectorAll("[data-model] > div > :not(.explorer)"))
    others.observe(other);
}
new MutationObserver(followAll).observe(slides, { childList: true, subtree: true });
followAll();

// A slide that is turned to is fitted afresh; all are when they are shown in another way.
new MutationObserver((changes) => {
  const all = changes.some(({ attributeName }) => attributeName === "data-layout");
  const sections = slides.querySelectorAll(all ? "section" : "section.present");
  for (const section of sections) {
    section.querySelectorAll(".explorer").forEach((explorer) => later(explorer, fit));
    later(section, fitOthers);
  }
}).observe(root, { attributeFilter: ["data-slide", "data-layout"] });
