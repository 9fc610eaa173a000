// Draws questions and predictions, in JupyterLab, on an exported page and on a slide.
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
    show: (answer) => inputs.forEach((input, i) => (input.checked = (answer ?? []).includes(i))),
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
    show: (answer) => {
      if (answer != null && Number(input.value) !== answer) input.value = String(answer);
    },
  };
}

const title = (spec) => (spec.name === "prediction" ? "Prediction." : "Question.");
const verdict = (right) => (right ? "✓ Right. " : "✗ Not quite. ");

/** What is said to an answer: one paragraph for each part. */
function feedback(spec, answer) {
  if (spec.name === "prediction") return reveal(spec, answer);
  if (spec.kind === "numeric") {
    const off = answer - spec.answer;
    if (Math.abs(off) <= spec.tolerance) return [verdict(true) + spec.feedback.correct];
    return [verdict(false) + (off < 0 ? spec.feedback.low : spec.feedback.high)];
  }
  if (spec.kind === "single") {
    const option = spec.options[answer[0]];
    return [verdict(option.correct) + option.feedback];
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

function render({ model, el }) {
  const spec = model.get("_spec");
  const field = spec.kind === "numeric" ? makeNumber(spec) : makeOptions(spec);
  const button = h("button", { type: "button" }, spec.action);
  const output = h("output", { className: "feedback", "aria-live": "polite" });
  // Not a section: reveal.js would take it for a slide.
  const root = h(
    "div",
    { className: "activity", "data-activity": spec.id },
    h("p", { className: "kind" }, `${title(spec)} ${spec.instruction}`),
    h("fieldset", {}, h("legend", {}, spec.prompt), field.element),
    button,
    output,
  );

  // As in explorer.js: JupyterLab looks for this on the focused element itself.
  root.addEventListener("focusin", ({ target }) =>
    target.setAttribute("data-lm-suppress-shortcuts", "true"),
  );
  button.addEventListener("click", () => {
    const answer = field.read();
    if (answer === null) {
      output.replaceChildren(h("p", {}, "Give an answer first."));
      return;
    }
    model.set("answer", answer);
    model.set("checked", true);
    model.save_changes();
    show();
  });

  // A question may be tried again; a prediction is kept.
  for (const input of field.inputs) {
    input.addEventListener("input", () => {
      if (spec.name === "question" && model.get("checked")) {
        model.set("answer", field.read()); // else `show` would put the old answer back
        model.set("checked", false);
        model.save_changes();
        output.replaceChildren();
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
  model.on("change:answer", show);
  model.on("change:checked", show);
  show();
  el.append(root);
  return () => {
    model.off("change:answer", show);
    model.off("change:checked", show);
  };
}

export default { render };
