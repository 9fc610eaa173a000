// Draws questions, predictions and what is kept of them, in JupyterLab, on an exported page and
// on a slide.
// @ts-check

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

// --- Progress: what the student has answered, kept in this browser and nowhere else --------------

const KEY = "ketalab";
const VERSION = 1;
const CHANGED = "ketalab-progress";
const ITEM = /^\d\d-[\w-]+$/;
const NAMED = ["question", "prediction"];
const isAnswer = (value) =>
  Number.isFinite(value) ||
  (Array.isArray(value) && value.every((place) => Number.isInteger(place) && place >= 0));

/** What is kept of one question or prediction, or null if it is nothing of ours. */
function readItem(item) {
  const { name, form, answer, right, first } = item ?? {};
  if (!NAMED.includes(name) || typeof form !== "string" || !isAnswer(answer)) return null;
  if (name === "prediction") return { name, form, answer };
  const flags = typeof right === "boolean" && typeof first === "boolean";
  return flags ? { name, form, answer, right, first } : null;
}

/** The kept items in a text, or null if the text is not a progress file of this version. */
function readProgress(text) {
  try {
    const { course, version, items } = JSON.parse(text);
    if (course !== KEY || version !== VERSION) return null;
    const read = Object.entries(items).map(([id, item]) => [id, ITEM.test(id) && readItem(item)]);
    return read.every(([, item]) => item) ? Object.fromEntries(read) : null;
  } catch {
    return null;
  }
}

const writeProgress = (items) =>
  JSON.stringify({ course: KEY, version: VERSION, items }, null, 1) + "\n";

/** One store for all widgets of a page: each of them may be a module of its own. */
const store = (globalThis[Symbol.for("ketalab.progress")] ??= makeStore());

function makeStore() {
  let items = {};
  let trouble = "";
  let told = false;

  /** Look again: another window may have written. */
  function load() {
    if (trouble) return items;
    try {
      const text = localStorage.getItem(KEY);
      const read = text === null ? {} : readProgress(text);
      if (read) items = read;
      else {
        trouble =
          "What this browser keeps for the course was written by another version. It is left " +
          "as it is, and new answers are forgotten when the page closes.";
      }
    } catch {
      trouble =
        "This browser does not let the page keep anything. All works, but your answers are " +
        "forgotten when the page closes.";
    }
    return items;
  }
  function save(changed) {
    items = changed;
    try {
      if (!trouble) localStorage.setItem(KEY, writeProgress(items));
    } catch {
      trouble =
        "This browser has no room to keep your answers. All works, but they are forgotten when " +
        "the page closes.";
    }
    tell();
  }
  const tell = () => window.dispatchEvent(new CustomEvent(CHANGED));
  window.addEventListener("storage", ({ key }) => {
    if (key === KEY || key === null) tell();
  });
  return {
    all: load,
    /** Keep an answer; of a question also whether the first answer to it was right. */
    keep(id, item) {
      const before = load()[id];
      const first = item.name === "question" ? { first: before?.first ?? item.right } : {};
      save({ ...items, [id]: { ...item, ...first } });
    },
    add: (more) => save({ ...load(), ...more }),
    clear() {
      try {
        localStorage.removeItem(KEY);
        trouble = "";
      } catch {
        // What cannot be kept cannot be removed either.
      }
      items = {};
      tell();
    },
    /** Why nothing is kept, the first time that anybody asks; then and otherwise "". */
    trouble() {
      load();
      const said = told ? "" : trouble;
      told ||= Boolean(trouble);
      return said;
    },
  };
}

/** Call back whenever what is kept changes; gives back how to stop that. */
function onProgress(callback) {
  window.addEventListener(CHANGED, callback);
  return () => window.removeEventListener(CHANGED, callback);
}

// --- Questions and predictions -------------------------------------------------------------------

/** Radio buttons of two questions on one page must not share a name. */
const COUNT = Symbol.for("ketalab.activities");
const nextName = () => `activity-${(globalThis[COUNT] = (globalThis[COUNT] ?? 0) + 1)}`;

/** Options to choose from; `read` gives the places of those chosen. */
function makeOptions(spec) {
  const type = spec.kind === "multiple" ? "checkbox" : "radio";
  const name = nextName();
  const inputs = spec.options.map(() => h("input", { type, name }));
  const labels = spec.options.map((option, i) =>
    h("label", { className: "option" }, inputs[i], h("span", {}, option.text)),
  );
  return {
    inputs,
    element: h("div", {}, ...labels),
    read: () => {
      const chosen = inputs.flatMap((input, i) => (input.checked ? [i] : []));
      return chosen.length || spec.kind === "multiple" ? chosen : null;
    },
    fits: (answer) => Array.isArray(answer) && answer.every((i) => i < inputs.length),
    show: (answer) => inputs.forEach((input, i) => (input.checked = (answer ?? []).includes(i))),
    clear: () => inputs.forEach((input) => (input.checked = false)),
  };
}

/** A number with its unit; `read` gives null while there is none. */
function makeNumber(spec) {
  const input = h("input", { type: "number", step: "any", inputMode: "decimal" });
  if (spec.minimum != null) Object.assign(input, { min: spec.minimum, max: spec.maximum });
  const label = h("label", { className: "number" }, input, h("span", {}, spec.unit));
  return {
    inputs: [input],
    element: label,
    read: () => (input.value === "" || !input.checkValidity() ? null : Number(input.value)),
    fits: (answer) => Number.isFinite(answer),
    show: (answer) => {
      if (answer == null) return; // half a number may be on its way
      if (input.value === "" || Number(input.value) !== answer) input.value = String(answer);
    },
    clear: () => (input.value = ""),
  };
}

/** A choice for each row; `read` gives the places chosen, or null while one is missing. */
function makeRows(spec) {
  const inputs = spec.rows.map((row) =>
    h(
      "select",
      { ariaLabel: row.text },
      h("option", { value: "" }, "Choose …"),
      ...spec.choices.map((choice, place) => h("option", { value: String(place) }, choice)),
    ),
  );
  const rows = spec.rows.map((row, i) =>
    h("label", { className: `row ${spec.kind}` }, h("span", {}, row.text), inputs[i]),
  );
  return {
    inputs,
    element: h("div", {}, ...rows),
    read: () => (inputs.every((i) => i.value !== "") ? inputs.map((i) => Number(i.value)) : null),
    complaint: (answer) =>
      spec.kind === "ordering" && new Set(answer).size < answer.length
        ? "Give each place only once."
        : null,
    fits: (answer) =>
      Array.isArray(answer) &&
      answer.length === inputs.length &&
      answer.every((place) => place < spec.choices.length),
    clear: () => inputs.forEach((input) => (input.value = "")),
    show: (answer) => answer && inputs.forEach((input, i) => (input.value = String(answer[i]))),
  };
}

const makeField = (spec) =>
  spec.rows ? makeRows(spec) : spec.kind === "numeric" ? makeNumber(spec) : makeOptions(spec);

const title = (spec) => (spec.name === "prediction" ? "Prediction." : "Question.");
const verdict = (right) => (right ? "✓ Right. " : "✗ Not quite. ");

/** Whether an answer to a question is right in every part. */
function isRight(spec, answer) {
  if (spec.rows) return spec.rows.every((row, i) => answer[i] === row.correct);
  if (spec.kind === "numeric") return Math.abs(answer - spec.answer) <= spec.tolerance;
  return spec.options.every((option, i) => answer.includes(i) === option.correct);
}

/** What is said to an answer: one paragraph for each part. */
function feedback(spec, answer) {
  if (spec.name === "prediction") return reveal(spec, answer);
  if (spec.kind === "numeric") {
    if (isRight(spec, answer)) return [verdict(true) + spec.feedback.correct];
    return [verdict(false) + (answer < spec.answer ? spec.feedback.low : spec.feedback.high)];
  }
  if (spec.kind === "single") {
    const option = spec.options[answer[0]];
    return [verdict(option.correct) + option.feedback];
  }
  if (spec.rows) {
    return spec.rows.map((row, i) => {
      const choice = spec.choices[answer[i]];
      const given = spec.kind === "ordering" ? `in place ${choice}` : `with “${choice}”`;
      return `${verdict(answer[i] === row.correct)}“${row.text}” ${given}: ${row.feedback}`;
    });
  }
  return spec.options.map((option, i) => {
    const right = answer.includes(i) === option.correct;
    return `${verdict(right)}“${option.text}”: ${option.feedback}`;
  });
}

/** The student's own guess beside the result. */
function reveal(spec, answer) {
  if (spec.kind === "numeric") {
    return [`You said ${answer} ${spec.unit}. The count says ${spec.answer}.`, spec.reveal];
  }
  const option = spec.options[answer[0]];
  return [`You said: ${option.text}.`, option.feedback, spec.reveal];
}

function renderActivity({ model, el }) {
  const spec = model.get("_spec");
  const field = makeField(spec);
  const button = h("button", { type: "button" }, spec.action);
  const output = h("output", { className: "feedback", "aria-live": "polite" });
  const notice = h("p", { className: "notice", role: "status" });
  // Not a section: reveal.js would take it for a slide.
  const root = h(
    "div",
    { className: "activity", "data-activity": spec.id },
    h("p", { className: "kind" }, `${title(spec)} ${spec.instruction}`),
    h("fieldset", {}, h("legend", {}, spec.prompt), field.element),
    button,
    output,
    notice,
  );

  suppressShortcuts(root);
  button.addEventListener("click", () => {
    const answer = field.read();
    const complaint = answer === null ? "Give an answer first." : field.complaint?.(answer);
    if (complaint) {
      output.replaceChildren(h("p", {}, complaint));
      return;
    }
    take(answer, true);
    const right = spec.name === "question" ? { right: isRight(spec, answer) } : {};
    store.keep(spec.id, { name: spec.name, form: spec.form, answer, ...right });
    notice.textContent = store.trouble();
  });

  // A question may be tried again; a prediction is kept.
  for (const input of field.inputs) {
    input.addEventListener("input", () => {
      if (spec.name === "question" && model.get("checked")) {
        take(field.read(), false); // else `show` would put the old answer back
        notice.textContent = "";
      }
    });
  }

  const show = () => {
    const [answer, checked] = [model.get("answer"), model.get("checked")];
    field.show(answer);
    const kept = spec.name === "prediction" && checked;
    for (const input of [...field.inputs, button]) input.disabled = kept;
    const said = checked && answer !== null ? feedback(spec, answer) : [];
    output.replaceChildren(...said.map((text) => h("p", {}, text)));
  };
  const take = (answer, checked) => {
    model.set("answer", answer);
    model.set("checked", checked);
    model.save_changes();
    show();
  };
  /** Take over what is kept, if it is an answer to what is asked here. */
  const restore = () => {
    const kept = store.all()[spec.id];
    const fits = kept?.name === spec.name && kept.form === spec.form && field.fits(kept.answer);
    if (fits) take(kept.answer, true);
    return fits;
  };
  model.on("change:answer", show);
  model.on("change:checked", show);
  show();
  if (!model.get("checked") && restore()) {
    notice.textContent = "This is your answer from an earlier visit, kept in this browser.";
  }
  // The same item may stand twice, be answered in another window, brought in or cleared.
  const kept = () => JSON.stringify(store.all()[spec.id] ?? null);
  let known = kept();
  const stop = onProgress(() => {
    const now = kept();
    if (now === known) return;
    known = now;
    notice.textContent = "";
    if (!restore() && model.get("checked")) {
      field.clear();
      take(null, false);
    }
  });
  el.append(root);
  return () => {
    stop();
    model.off("change:answer", show);
    model.off("change:checked", show);
  };
}

/** As in explorer.js: JupyterLab looks for this on the focused element itself. */
function suppressShortcuts(root) {
  root.addEventListener("focusin", ({ target }) =>
    target.setAttribute("data-lm-suppress-shortcuts", "true"),
  );
}

// --- What is kept, in view -----------------------------------------------------------------------

const cells = (tag, texts) => texts.map((text) => h(tag, {}, text));
const rowOf = (head, texts) =>
  h("tr", {}, h("th", { scope: "row" }, head), ...cells("td", texts));

/** A table with its heads, and its body empty. */
function makeTable(caption, heads) {
  const columns = heads.map((head) => h("th", { scope: "col" }, head));
  const body = h("tbody");
  const table = h(
    "table",
    {},
    h("caption", {}, caption),
    h("thead", {}, h("tr", {}, ...columns)),
    body,
  );
  const scroller = { className: "scroller", tabIndex: 0, role: "group", "aria-label": caption };
  return { table: h("div", scroller, table), body };
}

/** The lessons with what has been done in each; buttons to save, bring in and clear that. */
function renderMap({ model, el }) {
  const spec = model.get("_spec");
  const heads = ["Lesson", "Predictions", "Answered", "Right"];
  const { table, body } = makeTable("Your way through the course", heads);
  const said = h("p", { className: "notice", role: "status" });

  const counts = ({ predictions, questions }, items) => {
    const done = (ids) => ids.filter((id) => items[id]);
    const right = questions.filter((id) => items[id]?.right);
    return [
      [done(predictions).length, predictions.length],
      [done(questions).length, questions.length],
      [right.length, questions.length],
    ];
  };
  const inWords = ([part, whole]) => (whole ? `${part} of ${whole}` : "–");
  const show = () => {
    const items = store.all();
    const rows = spec.lessons.map((lesson) => counts(lesson, items));
    const total = [0, 1, 2].map((column) =>
      [0, 1].map((end) => rows.reduce((sum, row) => sum + row[column][end], 0)),
    );
    body.replaceChildren(
      ...rows.map((row, i) => rowOf(spec.lessons[i].title, row.map(inWords))),
      rowOf("All lessons", total.map(inWords)),
    );
  };

  const save = h("button", { type: "button" }, "Save to a file");
  save.addEventListener("click", () => {
    const url = URL.createObjectURL(
      new Blob([writeProgress(store.all())], { type: "application/json" }),
    );
    h("a", { href: url, download: "ketalab-progress.json" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
    said.textContent = "Saved as ketalab-progress.json.";
  });

  const file = h("input", { type: "file", accept: ".json,application/json" });
  file.addEventListener("change", async () => {
    if (!file.files.length) return;
    const items = readProgress(await file.files[0].text());
    file.value = "";
    if (items) {
      store.add(items);
      const count = Object.keys(items).length;
      said.textContent = `Brought in ${count} ${count === 1 ? "answer" : "answers"}.`;
    } else {
      said.textContent = "This file holds no progress of this course. Nothing was changed.";
    }
  });

  const clear = h("button", { type: "button" }, "Clear everything");
  const yes = h("button", { type: "button" }, "Yes, clear");
  const no = h("button", { type: "button" }, "No, keep");
  const name = nextName();
  const ask = h(
    "div",
    { className: "ask", role: "group", "aria-labelledby": name, hidden: true },
    h("p", { id: name }, "Clear all answers that are kept here? There is no way back."),
    yes,
    no,
  );
  const answer = (text) => {
    ask.hidden = true;
    said.textContent = text;
    clear.focus();
  };
  clear.addEventListener("click", () => {
    ask.hidden = false;
    said.textContent = "";
    no.focus();
  });
  yes.addEventListener("click", () => {
    store.clear();
    answer("Cleared. Nothing is kept any more.");
  });
  no.addEventListener("click", () => answer("Nothing was changed."));
  ask.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    answer("Nothing was changed.");
  });

  const root = h(
    "div",
    { className: "tracker", "data-tracker": spec.name },
    table,
    h("p", { className: "where" }, spec.where),
    h(
      "div",
      { className: "actions" },
      save,
      h("label", {}, h("span", {}, "Bring in a file"), file),
      clear,
    ),
    ask,
    said,
  );
  suppressShortcuts(root);
  show();
  said.textContent = store.trouble();
  el.append(root);
  return onProgress(show);
}

/** The first answers to the test before the course beside those to the test after it. */
function renderComparison({ model, el }) {
  const spec = model.get("_spec");
  const heads = ["Question", "Before", "After", "What changed"];
  const { table, body } = makeTable("Your first answers, before and after the course", heads);
  const reading = h("p", { className: "reading", role: "status" });
  const mark = (first) => (first === undefined ? "no answer" : first ? "✓ right" : "✗ not right");
  const change = (before, after) => {
    if (before === undefined || after === undefined) return "not known yet";
    if (before === after) return after ? "still right" : "still open";
    return after ? "newly right" : "no longer right";
  };

  const show = () => {
    const items = store.all();
    const firsts = spec.pairs.map(({ before, after }) => [items[before]?.first, items[after]?.first]);
    body.replaceChildren(
      ...firsts.map(([before, after], i) =>
        rowOf(spec.pairs[i].text, [mark(before), mark(after), change(before, after)]),
      ),
    );
    const count = (test) => firsts.filter(test).length;
    const all = firsts.length;
    const both = count((pair) => !pair.includes(undefined));
    reading.textContent =
      `Right before the course: ${count(([before]) => before)} of ${all}. ` +
      `Right after it: ${count(([, after]) => after)} of ${all}. ` +
      (both
        ? `Of ${both} answered both times, ` +
          `${count(([before, after]) => before === false && after)} newly right and ` +
          `${count(([before, after]) => before && after === false)} no longer right.`
        : "No question has been answered both times yet.");
  };

  const root = h(
    "div",
    { className: "tracker", "data-tracker": spec.name },
    reading,
    table,
    h("p", { className: "where" }, spec.where),
  );
  show();
  el.append(root);
  return onProgress(show);
}

const RENDERERS = { map: renderMap, comparison: renderComparison };

const render = (context) =>
  (RENDERERS[context.model.get("_spec").name] ?? renderActivity)(context);

export default { render };
