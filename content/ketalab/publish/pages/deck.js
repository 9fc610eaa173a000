// Starts reveal.js from the sources that the deck embeds; keys, menu, and slides on a small screen.
// @ts-check

const sources = JSON.parse(document.getElementById("reveal-sources").textContent);

async function importSource(source) {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    return (await import(url)).default;
  } finally {
    URL.revokeObjectURL(url);
  }
}

const [Reveal, Notes] = await Promise.all([sources.reveal, sources.notes].map(importSource));

const root = document.documentElement;
const place = document.querySelector(".reveal");
const menu = document.querySelector(".menu");
const hint = document.querySelector(".bar p");

/** Where keys belong to what has the focus, and a finger moves what it touches. */
const WIDGET = ".explorer, .activity, .tracker, .prose details, .code, .scroller";
const CONTROL = `${WIDGET}, dialog, .bar, input, select, textarea, summary, [contenteditable]`;

// The speaker's window shows the deck in small frames, and it may not look like a phone there.
const small = matchMedia("(max-width: 45rem), (max-height: 26rem)");
const printed = /print-pdf/i.test(location.search);
const reads = () => small.matches && window.parent === window && !printed;
const layout = () => ({ disableLayout: reads(), touch: !reads() });

const deck = new Reveal({
  width: Number(place.dataset.width),
  height: Number(place.dataset.height),
  margin: 0.03,
  center: false,
  hash: true,
  slideNumber: "c/t",
  showSlideNumber: "all",
  transition: "none",
  backgroundTransition: "none",
  controlsTutorial: false,
  pdfMaxPagesPerSlide: 1,
  // reveal's own view for phones shrinks slides until nobody can read them.
  scrollActivationWidth: 0,
  // Charts of all slides are laid out from the start: nothing jumps when a slide is turned.
  viewDistance: 1000,
  mobileViewDistance: 1000,
  // Our menu is reveal's help and more.
  help: false,
  keyboardCondition: (event) => {
    if (event.target.closest(CONTROL) || menu.open) return false;
    const scrolls = root.classList.contains("reading") && /^(Arrow(Up|Down)|Page|Space| )/;
    return !(scrolls && scrolls.test(event.key));
  },
  plugins: [Notes],
  ...layout(),
});

for (const widget of document.querySelectorAll(`.slides [data-model], .slides .scroller`))
  widget.setAttribute("data-prevent-swipe", "");

/** All widgets are drawn. */
function drawn() {
  const missing = () => place.querySelector(".waiting, .explorer:not([data-ready])");
  return new Promise((done) => {
    const look = () => missing() || done();
    new MutationObserver(look).observe(place, {
      attributeFilter: ["data-ready"],
      childList: true,
      subtree: true,
    });
    look();
  });
}

// For printing, reveal takes all slides out of the page for a moment: a widget that is about to be
// drawn would not find itself. One that cannot be drawn must not keep the others from paper.
if (printed) await Promise.race([drawn(), new Promise((done) => setTimeout(done, 20_000))]);

root.classList.toggle("reading", reads());
const laidOut = printed ? new Promise((done) => deck.on("pdf-ready", done)) : null;
await deck.initialize();
await laidOut;

small.addEventListener("change", () => {
  root.classList.toggle("reading", reads());
  const slides = deck.getSlidesElement();
  if (reads()) slides.removeAttribute("style");
  deck.configure(layout());
  deck.layout();
  tellLayout();
});

// Printing the deck as it stands gives its slides too, not reveal's plain text: one on a page.
window.addEventListener("beforeprint", () => root.classList.add("print-pdf"));
window.addEventListener("afterprint", () => root.classList.toggle("print-pdf", printed));

// fit.js looks at these two: a slide was turned, or slides are shown in another way.
function tellSlide() {
  root.dataset.slide = String(deck.getIndices().h);
}
function tellLayout() {
  root.dataset.layout = reads() ? "unscaled" : "scaled";
}

/** Slides take the focus: what has it next starts from there, and a long one can be scrolled. */
function focusSlide() {
  const slide = deck.getCurrentSlide();
  slide.tabIndex = -1;
  slide.focus({ preventScroll: true });
}
deck.on("slidechanged", () => {
  tellSlide();
  if (!menu.open) focusSlide();
});

// Keys of a control stay in it; Escape gives them back to the slides, and the bar says so.
const HINT = "Keys work the control. Esc: back to the slides.";
place.addEventListener("focusin", ({ target }) => {
  const text = target.closest(WIDGET) ? HINT : "";
  if (hint.textContent !== text) hint.textContent = text;
});
place.addEventListener("focusout", ({ relatedTarget }) => {
  if (!relatedTarget) hint.textContent = "";
});
place.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !event.target.closest(WIDGET)) return;
  focusSlide();
});

// In the overview one chooses a slide: nothing on it may take the focus or a click.
const setInert = (inert) =>
  document.querySelectorAll(".slides > section > *").forEach((part) => {
    part.inert = inert;
  });
deck.on("overviewshown", () => setInert(true));
deck.on("overviewhidden", () => setInert(false));
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && deck.isOverview() && !event.target.closest(CONTROL))
    deck.toggleOverview(false);
});

const nameOf = (slide) =>
  slide.querySelector("h1, h2, h3, figcaption, legend, caption, p")?.textContent.trim() ?? "";

/** The menu's list is made when it opens: only then are all widgets drawn. */
function openMenu() {
  const items = deck.getSlides().map((slide, i) => {
    const link = document.createElement("a");
    link.href = `#/${i}`;
    link.textContent = nameOf(slide) || `Slide ${i + 1}`;
    if (slide === deck.getCurrentSlide()) link.setAttribute("aria-current", "true");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      menu.close();
      deck.slide(i);
      focusSlide();
    });
    const item = document.createElement("li");
    item.append(link);
    return item;
  });
  menu.querySelector("ol").replaceChildren(...items);
  menu.showModal();
}
document.querySelector(".bar button").addEventListener("click", openMenu);
menu.querySelector("header button").addEventListener("click", () => menu.close());
document.addEventListener("keydown", (event) => {
  const asks = event.key === "?" || event.key.toLowerCase() === "m";
  if (!asks || event.ctrlKey || event.metaKey || event.altKey) return;
  if (menu.open || event.target.closest(CONTROL)) return;
  openMenu();
});

tellLayout();
root.dataset.deckReady = "true";
