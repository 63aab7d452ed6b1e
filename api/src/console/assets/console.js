// "/" moves the cursor to the search box, from anywhere but a field.
document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input, select, textarea");
  if (event.key === "/" && !field && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    document.getElementById("seek").focus();
  }
});
// The slider of days says which day it stands on, and shows it when it is let go.
document.querySelectorAll("input[type=range][data-days]").forEach((slider) => {
  const days = slider.dataset.days.split(" ");
  const named = document.getElementById(slider.id + "-day");
  slider.addEventListener("input", () => {
    named.textContent = days[slider.value];
    slider.setAttribute("aria-valuetext", days[slider.value]);
  });
  slider.addEventListener("change", () => slider.form.submit());
});
// While a file from the bank is taken in, the bar says how far it is; without this script the page says it afterwards.
document.querySelectorAll("form[data-progress]").forEach((form) => {
  form.addEventListener("submit", () => {
    const bar = document.getElementById("matched");
    const words = document.getElementById("matched-words");
    if (!bar) return;
    setInterval(async () => {
      const answer = await fetch(form.dataset.progress, { credentials: "same-origin" });
      if (!answer.ok) return;
      const far = await answer.json();
      bar.max = far.ordered;
      bar.value = far.answered;
      words.textContent = far.words;
    }, 1000);
  });
});
// How many lines are ticked, and their sum in fen, so that nothing is rounded.
const picks = document.getElementById("pick-lines");
const chosen = document.getElementById("chosen");
if (picks && chosen) {
  picks.addEventListener("change", () => {
    const ticked = [...picks.querySelectorAll("input[name=pick]:checked")];
    const fen = ticked.reduce((sum, box) => sum + BigInt(box.dataset.amount.replace(/[,.]/g, "")), 0n);
    const text = fen.toString().padStart(3, "0");
    const sum = text.slice(0, -2) + "." + text.slice(-2);
    chosen.textContent = chosen.dataset.words.replace("{n}", ticked.length).replace("{sum}", sum);
  });
}
