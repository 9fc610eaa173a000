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
  if (control.kind === "number") {
    const { minimum, maximum, step, unit } = control;
    const input = h("input", { type: "range", name: control.name, min: minimum, max: maximum, step });
    const value = h("span", { className: "value" });
    input.addEventListener("input", () => onInput(Number(input.value)));
    const update = (number) => {
      const text = `${number} ${unit}`.trim();
      input.value = String(number);
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

function makeTable(columns) {
  const body = h("tbody");
  const head = h("tr", {}, ...columns.map((c) => h("th", { scope: "col" }, c.title)));
  const table = h("table", {}, h("thead", {}, head), body);
  const update = (rows) =>
    body.replaceChildren(
      ...rows.map((row) =>
        h(
          "tr",
          {},
          ...columns.map((c, i) =>
            i === 0 ? h("th", { scope: "row" }, row[c.field]) : h("td", {}, row[c.field] ?? ""),
          ),
        ),
      ),
    );
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

/** One picture: a Vega-Lite chart fed from the flow, as wide as its place. */
async function makePicture(vegaEmbed, { name, chart }, flow) {
  const place = h("div", { className: "canvas" });
  const title = h("p", { className: "picture-title" });
  const element = h("div", { className: `picture picture-${name}` }, title, place);
  const sets = namedData(chart);
  const rows = () => Object.fromEntries(sets.map((set) => [set, copies(flow.data(set))]));
  let view = null;
  let watcher = null;

  const draw = async () => {
    const spec = { ...chart, datasets: rows() };
    const target = h("div", { "aria-hidden": "true" });
    place.replaceChildren(target);
    let width = place.clientWidth;
    // Vega-Lite's own "container" width does not go with a height that grows with the rows.
    const autosize = { type: "fit-x", contains: "padding" };
    const patch = (vega) => ({ ...vega, autosize, width: width || vega.width });
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
    if (!view) return;
    for (const [set, values] of Object.entries(rows())) view.data(set, values);
    await view.runAsync();
  };
  const finalize = () => {
    watcher?.disconnect();
    view?.finalize();
  };
  return { element, draw, update, finalize };
}

/** Names of all data sets that a chart and its layers read. */
function namedData(chart) {
  const own = chart.data?.name ? [chart.data.name] : [];
  const inner = (chart.layer ?? []).flatMap(namedData);
  return [...new Set([...own, ...inner])];
}

/** Plain copies: a tuple belongs to the view that made it. */
const copies = (rows) => rows.map((row) => ({ ...row }));

async function render({ model, el, host }) {
  const spec = model.get("_spec");
  const names = spec.controls.map((control) => control.name);
  const state = () => names.map((name) => model.get(name));

  const move = (name, value) => {
    const wanted = names.map((other) => (other === name ? value : model.get(other)));
    const known = spec.combinations;
    const settled = known ? nearestCombination(known, wanted, names.indexOf(name)) : wanted;
    set(settled);
  };
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
  const root = h(
    "figure",
    { className: "explorer", "data-explorer": spec.name },
    h("figcaption", {}, spec.title),
    h("p", { className: "look-for" }, h("strong", {}, "Look for: "), spec.lookFor),
    h("div", { className: "settings" }, ...controls.map((c) => c.element), reset),
    reading,
    h("div", { className: "evidence" }, pictures, details),
    h("details", { className: "numbers" }, h("summary", {}, "Numbers drawn"), scroller),
  );
  root.addEventListener("focusin", keepKeys);
  el.append(root);

  const { vegaEmbed } = await loadVega(model, host);
  const values = state();
  const flow = await makeFlow(vegaEmbed, spec, values);
  const drawn = await Promise.all(spec.pictures.map((p) => makePicture(vegaEmbed, p, flow)));
  pictures.append(...drawn.map((picture) => picture.element));

  /** What the controls before this one leave to choose from. */
  const offered = (index, values) => {
    if (!spec.combinations) return null;
    const rows = spec.combinations.filter((row) => row.slice(0, index).every((v, i) => v === values[i]));
    return new Set(rows.map((row) => row[index]));
  };
  const show = () => {
    const values = state();
    controls.forEach((control, i) => control.update(values[i], offered(i, values)));
    reading.value = flow.data("reading")[0]?.text ?? "";
    updateTable(flow.data("table"));
    const rows = flow.data("details");
    details.hidden = rows.length === 0;
    details.replaceChildren(...detailRows(rows));
    return Promise.all(drawn.map((picture) => picture.update()));
  };

  // A burst of changes (one input may move several controls) makes one redraw. From Python they may
  // come one by one: what lies between two combinations that exist is not drawn.
  const exists = (values) =>
    !spec.combinations || spec.combinations.some((row) => row.every((v, i) => v === values[i]));
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
  await Promise.all(drawn.map((picture) => picture.draw()));
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
