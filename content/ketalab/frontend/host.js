// Gives anywidgets on an exported page what they know from JupyterLab: a model, an element and a
// host. No kernel, no network. The page embeds states and sources as JSON (see publish/widgets.py).
// @ts-check

const json = (id) => JSON.parse(document.getElementById(id).textContent);

/** Values that several models share are parsed once. */
const shared = new Map();
function resolve(value) {
  const key = value?.$shared;
  if (!key) return value;
  if (!shared.has(key)) shared.set(key, json(`shared-${key}`));
  return shared.get(key);
}

/** Large values are packed (see publish/pages/packing.py); they are unpacked before any is asked. */
async function unpack(element) {
  const bytes = Uint8Array.from(atob(element.textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  shared.set(element.id.replace("shared-", ""), await new Response(stream).json());
}

/** The part of a Backbone model that anywidget's AFM promises. */
class Model {
  constructor(state) {
    this.state = state;
    this.listeners = new Map();
  }
  get(name) {
    return resolve(this.state[name]);
  }
  set(name, value) {
    if (this.get(name) === value) return;
    this.state[name] = value;
    this.emit(`change:${name}`);
    this.emit("change");
  }
  emit(event) {
    for (const callback of [...(this.listeners.get(event) ?? [])]) callback();
  }
  on(events, callback) {
    for (const event of events.split(" ")) {
      if (!this.listeners.has(event)) this.listeners.set(event, new Set());
      this.listeners.get(event).add(callback);
    }
  }
  off(events, callback) {
    for (const event of events.split(" ")) this.listeners.get(event)?.delete(callback);
  }
  save_changes() {}
  send() {}
}

const states = json("widget-models");
const models = new Map();
function model(name) {
  if (!models.has(name)) models.set(name, new Model(states[name]));
  return models.get(name);
}

const host = {
  async getModel(reference) {
    return model(reference.replace("anywidget:", ""));
  },

  /** The page's address as a place for a setting: `?RouteExplorer-2.route=oral#RouteExplorer-2`
   *  is for the second explorer of that name. A deck keeps its own fragment, the slide. */
  address(mine, name) {
    const places = [...document.querySelectorAll("[data-model]")];
    const alike = places.filter((place) => model(place.dataset.model).get("_spec")?.name === name);
    const place = alike.findIndex((element) => model(element.dataset.model) === mine);
    const key = `${name}-${place + 1}`;
    alike[place].id = key;
    return {
      asked() {
        const own = [...new URLSearchParams(location.search)]
          .filter(([parameter]) => parameter.startsWith(`${key}.`))
          .map(([parameter, value]) => [parameter.slice(key.length + 1), value]);
        if (!own.length) return null;
        if (location.hash === `#${key}`) alike[place].scrollIntoView();
        return new URLSearchParams(own);
      },
      link(setting) {
        const url = new URL(location.href);
        url.search = new URLSearchParams(
          Object.entries(setting).map(([control, value]) => [`${key}.${control}`, String(value)]),
        );
        if (!document.querySelector(".reveal")) url.hash = key;
        return url.href;
      },
    };
  },
};

/** Each source becomes one module, however many widgets use it. */
const modules = new Map();
function importSource(source) {
  if (!modules.has(source)) {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    modules.set(
      source,
      import(url).finally(() => URL.revokeObjectURL(url)),
    );
  }
  return modules.get(source);
}

async function bring(element) {
  const mine = model(element.dataset.model);
  const { default: widget } = await importSource(mine.get("_esm"));
  const place = document.createElement("div");
  await widget.initialize?.({ model: mine, host });
  await widget.render({ model: mine, el: place, host });
  element.replaceChildren(place);
}

try {
  await Promise.all([...document.querySelectorAll("[data-packed]")].map(unpack));
  for (const element of document.querySelectorAll("[data-model]")) {
    bring(element).catch((error) => console.error(error));
  }
} catch (error) {
  console.error(error); // the text forms stay where the widgets would be
}
