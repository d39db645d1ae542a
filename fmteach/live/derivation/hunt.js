// The hunt for the wrong line. Every round comes whole from Python; this file shows it, takes the
// choice and answers. `choices` is the one record, shared with Python.

function fmt(value) {
  let [whole, fraction = ""] = value.toFixed(4).split(".");
  fraction = fraction.replace(/0+$/, "").padEnd(2, "0");
  const text = `${whole}.${fraction}`;
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

const typeset = (text) =>
  text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/(_[a-z]+) (?=x_)/g, "$1\u00a0")
    .replace(/\b([vx])_([a-z]+)/g, "<i>$1</i><sub><i>$2</i></sub>")
    .replace(/\bj = d\b/g, "<i>j</i>\u00a0=\u00a0<i>d</i>")
    .replace(/\bv_(\d)/g, "<b>v</b><sub>$1</sub>")
    .replace(/\bx(?= = \()/g, "<i>x</i>")
    .replace(/\b([ijd])(?= = d|, so|\b has no| of the loop| stands)|(?<=over |last | = |are )([ijd])\b(?!')/g, "<i>$&</i>");

function render({ model, el: root }) {
  root.className = "fm-w fmwl";
  root.tabIndex = 0;
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "Find the wrong line. Keys 1 to 5 choose a line, N shows another one.");
  root.innerHTML = `
    <div class="fmwl-head">
      <span class="fmwl-question">One of these five lines is wrong. Which one?</span>
      <span class="fmwl-score"></span>
    </div>
    <p class="fmwl-numbers"></p>
    <div class="fmwl-body">
      <ol class="fmwl-lines"></ol>
      <div class="fmwl-panel">
        <div class="fmwl-say" role="status" aria-live="polite"></div>
        <div class="fm-buttons">
          <button type="button" data-do="another" title="N">Another one →</button>
          <button type="button" data-do="restart">Start over</button>
        </div>
      </div>
    </div>
    <details class="fm-text"><summary>As text</summary><pre tabindex="0"></pre></details>`;
  const find = (selector) => root.querySelector(selector);
  const formulas = model.get("formulas");

  const round = () => model.get("round");
  const shown = () => model.get("rounds")[round()];
  const chosen = () => model.get("choices")[round()] ?? [];
  const solved = () => chosen().includes(shown().answer);
  const set = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    try {
      model.save_changes();
    } catch {
      // A page without a kernel has nowhere to save to; the hunt goes on.
    }
  };

  function score() {
    const all = model.get("choices");
    const found = model.get("rounds").map((entry, n) => (all[n] ?? []).includes(entry.answer));
    const tries = all.reduce((sum, list) => sum + list.length, 0);
    const words = `Found ${found.filter(Boolean).length} of ${found.length}, ${tries} ${tries === 1 ? "try" : "tries"}`;
    return { found, words };
  }

  function paint() {
    const entry = shown();
    const list = chosen();
    const done = solved();
    const held = root.contains(root.getRootNode().activeElement) && root.getRootNode().activeElement.dataset?.line;
    find(".fmwl-numbers").innerHTML =
      "Tried on " + entry.numbers.split("   ").map((part) => `<span>${typeset(part)}</span>`).join(" ");
    const lines = find(".fmwl-lines");
    lines.replaceChildren();
    entry.lines.forEach((line, n) => {
      const number = n + 1;
      const open = done || list.includes(number);
      const state = !open ? "" : number === entry.answer ? "wrong" : "right";
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = `fmwl-line ${state}`;
      button.dataset.line = number;
      if (done) button.setAttribute("aria-disabled", "true");
      button.setAttribute(
        "aria-label",
        `Line ${number}: ${line.formula}${open ? `. Value ${fmt(line.value)}, ${state}` : ""}`,
      );
      const words = { right: "✓ right", wrong: "✗ wrong" }[state];
      button.innerHTML =
        `<span class="fmst-badge">${number}</span><span class="eq">${n ? "=" : ""}</span>` +
        `<span class="fm-formula">${formulas[line.svg]}</span>` +
        `<span class="fmwl-mark">${open ? `<b>${fmt(line.value)}</b><span>${words}</span>` : ""}</span>`;
      button.addEventListener("click", () => choose(number));
      item.append(button);
      lines.append(item);
      if (held === String(number)) button.focus();
    });
    const say = find(".fmwl-say");
    const last = list.at(-1);
    say.className = `fmwl-say ${done ? "right" : last ? "wrong" : ""}`;
    if (!last) {
      say.innerHTML =
        "<p>Click a line, or press its number. Every answer comes with numbers, so a wrong choice is a useful one.</p>";
    } else {
      const history = done && entry.history ? `<p class="history">${typeset(entry.history)}</p>` : "";
      const [first, ...rest] = entry.lines[last - 1].said.split(/(?<=\.) (?=The |A |In |No |Look )/);
      const fix = done
        ? `<div class="fmwl-fix" data-slip="${entry.slip}"><small>The right line:</small>` +
          `<span class="fm-formula">${formulas[entry.right]}</span></div>`
        : "";
      say.innerHTML = `<p class="first">${typeset(first)}</p><p>${typeset(rest.join(" "))}</p>${fix}${history}`;
    }
    const { found, words } = score();
    find(".fmwl-score").innerHTML =
      `<span class="fmwl-dots" aria-hidden="true">${found
        .map((yes, n) => `<span class="${yes ? "found" : ""} ${n === round() ? "here" : ""}"></span>`)
        .join("")}</span>${words}`;
    find("[data-do=another]").classList.toggle("primary", done);
    find(".fm-text pre").textContent = [
      "One of these five lines is wrong. Which one?",
      entry.numbers,
      "",
      ...entry.lines.map((line, n) => {
        const open = done || list.includes(n + 1);
        const verdict = n + 1 === entry.answer ? "wrong" : "right";
        return `${n + 1}  ${line.formula}${open ? `   = ${fmt(line.value)} (${verdict})` : ""}`;
      }),
      "",
      ...(last ? [entry.lines[last - 1].said, ""] : []),
      `${words}.`,
    ].join("\n");
  }

  function choose(number) {
    if (solved() || chosen().includes(number)) return;
    set({ choices: model.get("choices").map((list, n) => (n === round() ? [...list, number] : list)) });
  }
  const another = () => set({ round: (round() + 1) % model.get("rounds").length });
  const restart = () => set({ choices: model.get("rounds").map(() => []), round: 0 });
  find("[data-do=another]").addEventListener("click", another);
  find("[data-do=restart]").addEventListener("click", restart);

  root.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("summary, pre")) return;
    const at = Number(event.target.closest("[data-line]")?.dataset.line ?? 0);
    const go = (n) => root.querySelector(`[data-line="${Math.max(1, Math.min(5, n))}"]`).focus();
    const act = {
      1: () => choose(1), 2: () => choose(2), 3: () => choose(3), 4: () => choose(4), 5: () => choose(5),
      n: another, N: another,
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go((at || 6) - 1),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });

  const fit = () => {
    const width = root.clientWidth;
    if (!width) return;
    root.classList.toggle("narrow", width < 860);
    root.style.setProperty("--base", `${Math.max(13, Math.min(19, width / 82)).toFixed(1)}px`);
    root.style.setProperty("--formula", `${Math.max(12, Math.min(((width < 860 ? width : 0.56 * width) - 170) / 20.5, 31)).toFixed(1)}px`);
  };
  const observer = new ResizeObserver(fit);
  observer.observe(root);
  fit();
  paint();
  model.on("change:round", paint);
  model.on("change:choices", paint);
  return () => {
    observer.disconnect();
    model.off("change:round", paint);
    model.off("change:choices", paint);
  };
}

export default { render };
