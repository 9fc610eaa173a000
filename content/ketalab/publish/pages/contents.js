// The table of contents: folded on a narrow screen, and marking where the reader is. A page without
// this script has the same contents, open, and no mark. It runs where it stands, before the lesson
// is drawn, so that nothing jumps.
// @ts-check
{
  const nav = document.querySelector("nav.contents");
  const fold = nav.querySelector("details");
  const narrow = matchMedia("(max-width: 77.99rem)");
  const follow = () => {
    fold.open = !narrow.matches;
  };
  follow();
  narrow.addEventListener("change", follow);
  // On a narrow screen the contents cover what they lead to.
  nav.addEventListener("click", (event) => {
    if (narrow.matches && event.target.closest("a")) fold.open = false;
  });

  addEventListener("DOMContentLoaded", () => {
    const links = [...nav.querySelectorAll("a")].map((link) => ({
      link,
      heading: document.getElementById(decodeURIComponent(link.hash.slice(1))),
    }));
    let marked = null;
    let unfolded = null; // by this script, not by the reader
    let waiting = false;
    function mark() {
      waiting = false;
      const line = innerHeight / 4;
      const passed = links.filter(({ heading }) => heading.getBoundingClientRect().top < line);
      const link = passed.at(-1)?.link ?? null;
      if (link === marked) return;
      marked?.removeAttribute("aria-current");
      link?.setAttribute("aria-current", "location");
      marked = link;
      // The parts of the room where the reader is unfold, and fold again behind them.
      const parts = link?.closest("li > details") ?? link?.parentElement.querySelector("details");
      if (parts !== unfolded) {
        if (unfolded) unfolded.open = false;
        unfolded = parts && !parts.open ? parts : null;
        if (unfolded) unfolded.open = true;
      }
      if (!link || narrow.matches) return;
      // The list itself scrolls, never the page.
      const { top, bottom } = link.getBoundingClientRect();
      const frame = nav.getBoundingClientRect();
      if (top < frame.top || bottom > frame.bottom) nav.scrollTop += top - frame.top - frame.height / 3;
    }
    addEventListener(
      "scroll",
      () => {
        if (!waiting) requestAnimationFrame(mark);
        waiting = true;
      },
      { passive: true },
    );
    mark();
  });
}
