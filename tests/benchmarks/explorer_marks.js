// Times an explorer's inputs from inside the page, and reads off what its pictures draw.
(() => {
  const frame = () => new Promise(requestAnimationFrame);
  // Asked for inside a frame's callback, this comes when that frame has been painted.
  const painted = () =>
    new Promise((done) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = done;
      port2.postMessage(null);
    });

  /** Milliseconds from an act to the paint that follows the last change under `root`. The act
   *  happens at the start of a frame, where a browser hands over the moves of a slider. */
  async function timed(root, act) {
    let changed = false;
    const watcher = new MutationObserver(() => (changed = true));
    watcher.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    await frame();
    const start = performance.now();
    act();
    let last = null;
    for (let quiet = 0; quiet < 3; ) {
      await painted();
      const now = performance.now();
      quiet = changed ? 0 : quiet + 1;
      if (changed) last = now - start;
      changed = false;
      await frame();
    }
    watcher.disconnect();
    return last;
  }

  /** Move the place-th visible control one step, back from the end to the start. */
  function step(root, place) {
    const all = [...root.querySelectorAll(".settings :is(select, input)")];
    const visible = all.filter((e) => e.checkVisibility() && (!e.options || e.options.length > 1));
    const sliders = visible.filter((e) => e.type === "range");
    const movable = sliders.length ? sliders : visible;
    const input = movable[place % movable.length];
    return () => {
      if (input.type === "checkbox") return input.click();
      if (input.type === "range") {
        const before = input.value;
        input.stepUp();
        if (input.value === before) input.value = input.min;
      } else input.selectedIndex = (input.selectedIndex + 1) % input.options.length;
      const type = input.type === "range" ? "input" : "change";
      input.dispatchEvent(new Event(type, { bubbles: true }));
    };
  }

  /** The reading, the numbers drawn, and every mark of the pictures shown: texts, symbols and lines
   *  by place and colour. */
  function marks(root) {
    const box = root.querySelector(".pictures").getBoundingClientRect();
    const found = { width: box.width, height: box.height, texts: [], symbols: [], lines: [] };
    found.reading = root.querySelector(".reading").textContent;
    const cells = (row) => [...row.cells].map((cell) => cell.textContent);
    found.table = [...root.querySelectorAll(".numbers tr")].map(cells);
    for (const mark of root.querySelectorAll(".picture:not([hidden]) svg :is(path, line, text)")) {
      const place = mark.getBoundingClientRect();
      if (!place.width && !place.height) continue;
      const [x, y] = [place.x + place.width / 2 - box.x, place.y + place.height / 2 - box.y];
      const style = getComputedStyle(mark);
      const colour = style.fill === "none" ? style.stroke : style.fill;
      if (mark.tagName === "text") found.texts.push([place.x - box.x, y, mark.textContent]);
      else if (mark.closest(".mark-symbol")) found.symbols.push([x, y, colour]);
      else {
        const length = Math.min(400, Math.ceil(mark.getTotalLength() / 2)) || 1;
        const turn = mark.getScreenCTM();
        const points = [];
        const count = mark.tagName === "line" ? 1 : length;
        for (let i = 0; i <= count; i++) {
          const at = mark.getPointAtLength((mark.getTotalLength() * i) / count).matrixTransform(turn);
          points.push([at.x - box.x, at.y - box.y]);
        }
        found.lines.push([points, style.stroke === "none" ? colour : style.stroke]);
      }
    }
    return found;
  }

  globalThis.bench = {
    async run(root, count, kept) {
      const times = [];
      const figures = [];
      root.scrollIntoView();
      for (let i = -3; i < count; i++) {
        const time = await timed(root, step(root, Math.max(0, i)));
        if (i >= 0 && time !== null) times.push(time);
        if (i >= 0 && figures.length < kept) figures.push(marks(root));
      }
      return { times, figures };
    },
  };
})();
