// Draws every explorer, in JupyterLab, on an exported page and on a slide (anywidget's AFM).
// @ts-check

/** The page's one copy of Vega, as a promise of the module. */
const VEGA = Symbol.for("ketalab.vega");

/** `ast`: no code from strings, which the page's policy forbids. */
const EMBED = { ast: true, actions: false, renderer: "svg" };

/** Vega, from the page if it has a copy, else from the kernel's runtime widget. */
function loadVega(model, host) {
  globalThis[VEGA] ??= fetchVega(model, host).catch((error) => {
    delete globalThis[VEGA]; // the next explorer tries again
    throw error;
  });
  return globalThis[VEGA];
}

async function fetchVega(model, host) {
  const runtime = await host.getModel(model.get("_runtime"));
  return importSource(runtime.get("source"));
}

async function importSource(source) {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    return await import(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** An element with properties and children; text is never parsed as HTML. */
function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** Keys belong to what has the focus. JupyterLab takes an arrow or a letter for a shortcut of the
 *  notebook unless the focused element itself, not only one around it, says this. */
const keepKeys = ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true");

/** The combination that keeps the changed control and most others, earlier ones first.
 *  The same rule as `nearest_combination` in explorer.py. */
function nearestCombination(known, wanted, changed) {
  const better = (a, b) => {
    for (let i = 0; i < wanted.length; i++) {
      const [inA, inB] = [a[i] === wanted[i], b[i] === wanted[i]];
      if (inA !== inB) return inA;
    }
    return false;
  };
  return known
    .filter((row) => row[changed] === wanted[changed])
    .reduce((best, row) => (better(row, best) ? row : best));
}

/** All combinations that exist, or null. Of a choice the place of its option is sent. */
const combinationsOf = ({ combinations, controls }) =>
  combinations?.map((row) =>
    row.map((v, i) => (controls[i].kind === "choice" ? controls[i].options[v].value : v)),
  ) ?? null;

/** A control's input with its label. `update(value, offered)` shows the model's state. */
function makeControl(control, onInput) {
  const describe = control.help ? h("small", {}, control.help) : null;
  const label = h("span", { className: "label" }, control.label);
  if (control.kind === "choice") {
    const select = h("select", { name: control.name });
    select.addEventListener("change", () => onInput(select.value));
    let shown = "";
    const update = (value, offered) => {
      const options = control.options.filter((o) => !offered || offered.has(o.value));
      const key = options.map((o) => o.value).join("\n");
      if (key !== shown) {
        select.replaceChildren(...options.map((o) => h("option", { value: o.value }, o.text)));
        shown = key;
      }
      select.value = value;
    };
    return { element: h("label", { className: "control" }, label, select, describe), update };
  }
  if (control.kind === "number" || control.kind === "steps") {
    const { values, unit } = control;
    // A slider over a list counts places in it.
    const range = values
      ? { min: 0, max: values.length - 1, step: 1 }
      : { min: control.minimum, max: control.maximum, step: control.step };
    const input = h("input", { type: "range", name: control.name, ...range });
    const value = h("span", { className: "value" });
    const chosen = () => (values ? values[input.valueAsNumber] : input.valueAsNumber);
    input.addEventListener("input", () => onInput(chosen()));
    const update = (number) => {
      const text = `${number} ${unit}`.trim().replace(/^-/, "\u2212"); // a true minus sign
      input.value = String(values ? values.indexOf(number) : number);
      input.setAttribute("aria-valuetext", text);
      value.textContent = text;
    };
    return { element: h("label", { className: "control" }, label, value, input, describe), update };
  }
  const box = h("input", { type: "checkbox", name: control.name });
  box.addEventListener("change", () => onInput(box.checked));
  const update = (checked) => {
    box.checked = checked;
  };
  return { element: h("label", { className: "control switch" }, box, label, describe), update };
}

/** The value that a link gives for a control, or the present one if it gives none that fits. */
function takenFrom(asked, control, present) {
  const text = asked.get(control.name);
  if (text === null) return present;
  if (control.kind === "choice") return control.options.some((o) => o.value === text) ? text : present;
  if (control.kind === "switch") return text === "true";
  const number = Number(text);
  const fits = control.values
    ? control.values.includes(number)
    : number >= control.minimum && number <= control.maximum;
  return fits ? number : present;
}

/** The controls in their order; neighbours of one group stand in a box with its name. */
function arrange(declared, controls) {
  const placed = [];
  declared.forEach(({ group }, i) => {
    const { element } = controls[i];
    if (!group) placed.push(element);
    else if (declared[i - 1]?.group === group) placed.at(-1).lastChild.append(element);
    else {
      const inside = h("div", { className: "group" }, element);
      placed.push(h("fieldset", {}, h("legend", {}, group), inside));
    }
  });
  return placed;
}

function makeTable(columns) {
  const body = h("tbody");
  const head = h("tr", {}, ...columns.map((c) => h("th", { scope: "col" }, c.title)));
  const table = h("table", {}, h("thead", {}, head), body);
  const cell = (text, i) => (i === 0 ? h("th", { scope: "row" }, text) : h("td", {}, text));
  const draw = whenChanged((rows) =>
    body.replaceChildren(...rows.map((texts) => h("tr", {}, ...texts.map(cell)))),
  );
  const update = (rows) => draw(rows.map((row) => columns.map((c) => row[c.field] ?? "")));
  return { table, update };
}

/** Terms and what is known of them; a term that several rows share is named once. */
function detailRows(rows) {
  return rows.flatMap(({ term, text, link, link_text, mark }, i) => {
    const named = i > 0 && rows[i - 1].term === term;
    const parts = [
      link ? h("a", { href: link, rel: "noreferrer" }, link_text) : link_text,
      text,
      mark ? h("span", { className: "mark" }, mark) : null,
    ];
    const shown = parts.filter(Boolean).flatMap((part, j) => (j > 0 ? [" ", part] : [part]));
    return [named ? null : h("dt", {}, term), h("dd", {}, ...shown)].filter(Boolean);
  });
}

/** The flow: Vega data without a picture. Controls are its signals. */
async function makeFlow(vegaEmbed, spec, values) {
  const signals = spec.controls.map(({ name }, i) => ({ name, value: values[i] }));
  const flow = { $schema: "https://vega.github.io/schema/vega/v6.json", signals, data: spec.flow };
  const { view } = await vegaEmbed(document.createElement("div"), flow, { ...EMBED, mode: "vega" });
  return view;
}

/** Do something with a value only if it differs from the one before. */
function whenChanged(act) {
  let before;
  return (value) => {
    const now = JSON.stringify(value);
    if (now === before) return false;
    before = now;
    act(value);
    return true;
  };
}

/** One picture: a Vega-Lite chart fed from the flow, as wide as its place. */
async function makePicture(vegaEmbed, { name, chart }, flow) {
  const place = h("div", { className: "canvas" });
  const title = h("p", { className: "picture-title" });
  const element = h("div", { className: `picture picture-${name}` }, title, place);
  const sets = namedData(chart);
  const rows = (set) => copies(flow.data(set));
  let [view, drawing] = [null, null];
  const senders = sets.map((set) => [set, whenChanged((values) => view?.data(set, values))]);
  // To be called for every set: what did not change is not drawn again.
  const send = () => senders.map(([set, sender]) => sender(rows(set))).some(Boolean);
  let watcher = null;

  const draw = async () => {
    send(); // notes what is drawn first
    // Rows go in after Vega-Lite, which makes one set of two that hold the same rows (none, say).
    const filled = (set) => (sets.includes(set.name) ? { ...set, values: rows(set.name) } : set);
    const spec = { ...chart, datasets: {} };
    const target = h("div", { "aria-hidden": "true" });
    place.replaceChildren(target);
    let width = place.clientWidth;
    // Vega-Lite's own "container" width does not go with a height that grows with the rows.
    const autosize = { type: "fit-x", contains: "padding" };
    const patch = (vega) => ({
      ...vega,
      autosize,
      width: width || vega.width,
      data: vega.data.map(filled),
    });
    const result = await vegaEmbed(target, spec, { ...EMBED, mode: "vega-lite", patch });
    view = result.view;
    watcher = new ResizeObserver(() => {
      if (place.clientWidth === width || place.clientWidth === 0) return;
      width = place.clientWidth;
      view.width(width).runAsync();
    });
    watcher.observe(place);
  };
  const update = async () => {
    const caption = flow.data("captions").find((row) => row.picture === name);
    element.hidden = !caption;
    if (!caption) return;
    title.textContent = caption.title;
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", caption.alt);
    // Drawn when it is first shown: Vega complains of a picture that has no rows.
    drawing ??= draw();
    await drawing;
    if (send()) await view.runAsync();
  };
  const finalize = () => {
    watcher?.disconnect();
    view?.finalize();
  };
  return { element, update, finalize };
}

/** Names of all data sets that a chart and its layers read. */
function namedData(chart) {
  const own = chart.data?.name ? [chart.data.name] : [];
  const inner = (chart.layer ?? []).flatMap(namedData);
  return [...new Set([...own, ...inner])];
}

/** Save text or bytes as a file, as if it had been fetched. */
function saveFile(name, content, type) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser reads it after the click
}

/** Rows as CSV. The mark at the head tells spreadsheets that it is UTF-8. */
function asCsv(columns, rows) {
  const cell = (value) => `"${String(value ?? "").replaceAll('"', '""')}"`;
  const lines = [columns.map((c) => c.title), ...rows.map((r) => columns.map((c) => r[c.field]))];
  return "\ufeff" + lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}

const SVG = "http://www.w3.org/2000/svg";

/** All pictures shown, below each other with their titles, as one SVG on white. */
function asSvg(root) {
  const sheet = document.createElementNS(SVG, "svg");
  let [y, width] = [12, 0];
  for (const picture of root.querySelectorAll(".picture:not([hidden])")) {
    const title = document.createElementNS(SVG, "text");
    title.textContent = picture.querySelector(".picture-title").textContent;
    for (const [name, value] of Object.entries({ x: 12, y: y + 16, "font-weight": 600 }))
      title.setAttribute(name, value);
    const drawn = picture.querySelector("svg").cloneNode(true);
    const [w, h] = ["width", "height"].map((name) => Number(drawn.getAttribute(name)));
    for (const [name, value] of Object.entries({ x: 12, y: y + 28, overflow: "visible" }))
      drawn.setAttribute(name, value);
    drawn.removeAttribute("style");
    sheet.append(title, drawn);
    y += h + 44;
    width = Math.max(width, w);
  }
  const size = { width: width + 24, height: y };
  const style = "background:#fff;color:#1a1a1a;font:14px system-ui,sans-serif";
  for (const [name, value] of Object.entries({ ...size, viewBox: `0 0 ${width + 24} ${y}`, style }))
    sheet.setAttribute(name, value);
  const paper = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries({ width: "100%", height: "100%", fill: "#fff" }))
    paper.setAttribute(name, value);
  sheet.prepend(paper);
  sheet.setAttribute("xmlns", SVG);
  return { ...size, text: new XMLSerializer().serializeToString(sheet) };
}

/** The same picture as PNG, twice as large as on the screen. */
async function asPng(root) {
  const { width, height, text } = asSvg(root);
  const image = new Image(2 * width, 2 * height);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = h("canvas", { width: 2 * width, height: 2 * height });
  canvas.getContext("2d").drawImage(image, 0, 0, 2 * width, 2 * height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** The line of Python that makes this explorer as it stands: only what differs from the start. */
function asCode(spec, values) {
  const python = (v) => (typeof v === "boolean" ? (v ? "True" : "False") : JSON.stringify(v));
  const moved = spec.controls
    .map(({ name, default: start }, i) => (values[i] === start ? "" : `${name}=${python(values[i])}`))
    .filter(Boolean);
  return `${spec.name}(${moved.join(", ")})`;
}

/** A text to take along, with a button that copies it. */
function makeCopy(name) {
  const field = h("input", { type: "text", readOnly: true });
  const button = h("button", { type: "button" }, "Copy");
  const said = h("span", { className: "said", role: "status" });
  button.setAttribute("aria-label", `Copy the ${name.toLowerCase()}`);
  button.addEventListener("click", async () => {
    field.select();
    const copied = await navigator.clipboard?.writeText(field.value).then(
      () => true,
      () => false, // not allowed here: the text is selected
    );
    said.textContent = copied ? "Copied." : "Selected: copy it with your keyboard.";
  });
  const label = h("label", {}, h("span", { className: "label" }, name), field);
  return { element: h("div", { className: "copy" }, label, button, said), field };
}

/** Plain copies, without the symbol by which the view that made a tuple knows it. */
const copies = (rows) => rows.map((row) => Object.fromEntries(Object.entries(row)));

async function render({ model, el, host }) {
  const spec = model.get("_spec");
  const known = combinationsOf(spec);
  const names = spec.controls.map((control) => control.name);
  const state = () => names.map((name) => model.get(name));

  const move = (name, value) => {
    const wanted = names.map((other) => (other === name ? value : model.get(other)));
    const settled = known ? nearestCombination(known, wanted, names.indexOf(name)) : wanted;
    set(settled);
  };
  const settingBy = (values) => Object.fromEntries(names.map((name, i) => [name, values[i]]));
  const set = (values) => {
    names.forEach((name, i) => model.set(name, values[i]));
    model.save_changes();
  };

  const controls = spec.controls.map((c) => makeControl(c, (value) => move(c.name, value)));
  const reset = h("button", { type: "button" }, "Reset");
  reset.addEventListener("click", () => set(spec.controls.map((c) => c.default)));
  const reading = h("output", { className: "reading", "aria-live": "polite" });
  const pictures = h("div", { className: "pictures" });
  const details = h("dl", { className: "details" });
  const { table, update: updateTable } = makeTable(spec.columns);
  const scroller = h("div", { className: "scroller", tabIndex: 0, role: "group" }, table);
  scroller.setAttribute("aria-label", "Numbers drawn");
  const file = spec.name.replace(/(?<=.)(?=[A-Z])/g, "-").toLowerCase();
  const save = (text, act) => {
    const button = h("button", { type: "button" }, text);
    button.addEventListener("click", act);
    return button;
  };
  const saves = h(
    "div",
    { className: "saves" },
    save("Save numbers (CSV)", () =>
      saveFile(`${file}.csv`, asCsv(spec.columns, flow.data("table")), "text/csv"),
    ),
    save("Save picture (SVG)", () => saveFile(`${file}.svg`, asSvg(root).text, "image/svg+xml")),
    save("Save picture (PNG)", async () => saveFile(`${file}.png`, await asPng(root), "image/png")),
  );
  // A page has an address that can hold the setting; a notebook has a line of code.
  const address = host.address?.(model, spec.name);
  const link = address ? makeCopy("Link to this setting") : null;
  const code = makeCopy("Code for a notebook");
  const root = h(
    "figure",
    { className: "explorer", "data-explorer": spec.name },
    h("figcaption", {}, spec.title),
    h("p", { className: "look-for" }, h("strong", {}, "Look for: "), spec.lookFor),
    h("div", { className: "settings" }, ...arrange(spec.controls, controls), reset),
    reading,
    h("div", { className: "evidence" }, pictures, details),
    h("details", { className: "numbers" }, h("summary", {}, "Numbers drawn"), scroller, saves),
    h("details", { className: "share" }, h("summary", {}, "Share this setting"), link?.element, code.element),
  );
  root.addEventListener("focusin", keepKeys);
  el.append(root);

  // A link may ask for a setting; what is not one of this explorer is not taken from it.
  const asked = address?.asked();
  const exists = (values) =>
    !known || known.some((row) => row.every((v, i) => v === values[i]));
  if (asked) {
    const wanted = spec.controls.map((c) => takenFrom(asked, c, model.get(c.name)));
    if (exists(wanted)) set(wanted);
  }

  const { vegaEmbed } = await loadVega(model, host);
  const values = state();
  const flow = await makeFlow(vegaEmbed, spec, values);
  const drawn = await Promise.all(spec.pictures.map((p) => makePicture(vegaEmbed, p, flow)));
  pictures.append(...drawn.map((picture) => picture.element));

  /** What the controls before this one leave to choose from. */
  const offered = (index, values) => {
    if (!known) return null;
    const rows = known.filter((row) => row.slice(0, index).every((v, i) => v === values[i]));
    return new Set(rows.map((row) => row[index]));
  };
  const showDetails = whenChanged((rows) => {
    details.hidden = rows.length === 0;
    details.replaceChildren(...detailRows(rows));
  });
  const show = () => {
    const values = state();
    controls.forEach((control, i) => {
      control.update(values[i], offered(i, values));
      const { onlyIf } = spec.controls[i];
      control.element.hidden = onlyIf !== null && model.get(onlyIf[0]) !== onlyIf[1];
    });
    code.field.value = asCode(spec, values);
    if (link) link.field.value = address.link(settingBy(values));
    reading.value = flow.data("reading")[0]?.text ?? "";
    updateTable(flow.data("table"));
    showDetails(copies(flow.data("details")));
    return Promise.all(drawn.map((picture) => picture.update()));
  };

  // A burst of changes (one input may move several controls) makes one redraw. From Python they may
  // come one by one: what lies between two combinations that exist is not drawn.
  let waiting = false;
  const refresh = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(async () => {
      waiting = false;
      const values = state();
      if (!exists(values)) return;
      values.forEach((value, i) => flow.signal(names[i], value));
      flow.run();
      await show();
    });
  };

  await show();
  names.forEach((name) => model.on(`change:${name}`, refresh));
  // Whatever changed while Vega was loading is shown now.
  refresh();
  root.dataset.ready = "true";

  return () => {
    names.forEach((name) => model.off(`change:${name}`, refresh));
    drawn.forEach((picture) => picture.finalize());
    flow.finalize();
  };
}

export default { render };
