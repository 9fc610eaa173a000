// Starts reveal.js from the sources that the deck embeds.
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

const deck = new Reveal({
  width: 1280,
  height: 720,
  margin: 0.03,
  center: false,
  hash: true,
  slideNumber: "c/t",
  transition: "none",
  // A key that moves a control must not also turn the slide.
  keyboardCondition: (event) => !event.target.closest(".explorer, .activity, .tracker, details"),
  plugins: [Notes],
});
await deck.initialize();
document.documentElement.dataset.deckReady = "true";
