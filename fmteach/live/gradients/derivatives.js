// Derivatives by hand: the forward pass on the left, nine fields on the right, and what the active
// field's expression gives beside autograd and the finite difference. See derivatives.py.

const WORDS = {
  open: ["", ""], unfinished: ["…", "not finished"], unclear: ["?", "not understood"],
  wrong: ["✗", "wrong"], close: ["≈", "close"], exact: ["✓", "exact"],
};
const PAUSE_MS = 900; // without a key: then the slip is told, though Enter was not pressed

function fmt(value, decimals = 2, most = 4) {
  if (!Number.isFinite(value)) return "none";
  const size = Math.abs(value) < 1e-12 ? 0 : Math.abs(value);
  if (size && (size >= 1e6 || size < 0.5 * 10 ** -most)) {
    return value.toExponential(1).replace("e+", "e").replace(/-/g, "−");
  }
  const [whole, fraction = ""] = value.toFixed(most).split(".");
  const end = fraction.replace(/0+$/, "").padEnd(decimals, "0");
  const text = end ? `${whole}.${end}` : whole;
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}
const plain = (value) => fmt(value, 0, 4);
const vector = (values) => `(${values.map(plain).join(", ")})`;

// "v_il x_i" in a sentence becomes a small formula.
function typeset(node, text) {
  node.replaceChildren();
  for (const part of text.split(/((?<![A-Za-z])[xvwzsq]_[a-z]+|(?<![A-Za-z])w0(?![A-Za-z]))/)) {
    const found = /^([a-z])_?([a-z0]+)$/.exec(part);
    if (found && (part.includes("_") || part === "w0")) {
      const name = make("span", "fmg-name");
      name.append(make("i", "", found[1]), make("sub", "", found[2]));
      node.append(name);
    } else if (part) node.append(part);
  }
  return node;
}

function fraction(field) {
  const box = make("span", "fmg-fraction");
  box.append(
    typeset(make("span", ""), `∂${field.of}`),
    typeset(make("span", ""), `∂${field.by}`),
  );
  return box;
}

function render({ model, el }) {
  const root = make("section", "fmg fm-box");
  root.setAttribute("aria-label", "Derivatives by hand");
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  root.addEventListener("keydown", keepKey);
  root.innerHTML = `
    <div class="fmg-bar">
      <label>Loss <select class="fmg-loss" aria-label="Loss"><option value="squared">squared, (ŷ − y)²</option>
        <option value="log">logloss, y is 0 or 1</option></select></label>
      <button type="button" class="fmg-random">Random numbers</button>
      <button type="button" class="fmg-reset">Start over</button>
      <span class="fmg-progress"></span>
    </div>
    <div class="fmg-body">
      <div class="fmg-left">
        <h4>Forward, step by step</h4>
        <div class="fmg-forward"></div>
        <div class="fmg-about"></div>
      </div>
      <div class="fmg-fields"></div>
    </div>
    <p class="fm-sr" role="status" aria-live="polite"></p>
    <details class="fmg-text"><summary>As text</summary><pre tabindex="0" aria-label="As text"></pre></details>`;
  el.append(root);
  const find = (selector) => root.querySelector(selector);
  const status = find(".fm-sr");

  let data = JSON.parse(model.get("data"));
  let active = "dz_dv";
  let told = true; // false while the learner types: the slip is not told in the middle of a word
  let pause = 0;
  let judged = {};
  const answers = () => model.get("answers");
  const shown = () => data.rows[model.get("numbers")];
  const place = () => [model.get("feature") - 1, model.get("factor") - 1];
  const rows = () => [shown(), ...data.rows.filter((row) => row !== shown())];
  const fieldOf = (key) => {
    const wanted = key === "dloss_dy" ? `${key}:${model.get("loss")}` : key;
    return data.fields.find((field) => field.key === wanted);
  };
  const set = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    try {
      model.save_changes();
    } catch {
      // A page without a kernel has nowhere to save to; it judges all the same.
    }
  };

  // ---- the forward pass --------------------------------------------------------------------

  const cells = new Map();
  const values = {};
  buildForward();

  function buildForward() {
    const table = make("table", "fmg-table");
    const head = make("tr");
    for (const name of ["feature", "x_i", "w_i", "v_i1", "v_i2", "z_i1", "z_i2"]) {
      const th = make("th");
      th.scope = "col";
      if (name === "feature") th.textContent = "i";
      else {
        const [letter, index] = name.split("_");
        const box = make("span", "fmg-name");
        box.append(make("i", "", letter), make("sub", "", index));
        th.append(box);
      }
      head.append(th);
    }
    const body = make("tbody");
    for (let i = 0; i < FEATURES; i++) {
      const line = make("tr");
      const th = make("th", "", String(i + 1));
      th.scope = "row";
      line.append(th);
      for (const name of ["x", "w", "v1", "v2"]) {
        values[`${name}${i}`] = make("td");
        line.append(values[`${name}${i}`]);
      }
      for (let l = 0; l < FACTORS; l++) {
        const td = make("td", "fmg-z");
        const button = make("button");
        button.type = "button";
        button.onclick = () => choose(i, l);
        button.onkeydown = (event) => {
          const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
          if (!step) return;
          event.preventDefault();
          const row = Math.min(FEATURES - 1, Math.max(0, i + step[0]));
          const column = Math.min(FACTORS - 1, Math.max(0, l + step[1]));
          choose(row, column);
          cells.get(`${row}${column}`).focus();
        };
        cells.set(`${i}${l}`, button);
        td.append(button);
        line.append(td);
      }
      body.append(line);
    }
    for (const [name, words] of [["s", "s_l = Σ z_il"], ["q", "q_l = Σ z_il²"]]) {
      const line = make("tr", "fmg-sums");
      const th = typeset(make("th"), words);
      th.scope = "row";
      th.colSpan = 5;
      line.append(th);
      for (let l = 0; l < FACTORS; l++) {
        values[`${name}${l}`] = make("td");
        line.append(values[`${name}${l}`]);
      }
      body.append(line);
    }
    const top = make("thead");
    top.append(head);
    const caption = typeset(make("caption"), "z_il = v_il x_i. Choose a z to see another feature or factor.");
    table.append(caption, top, body);
    const list = make("div", "fmg-steps");
    for (const [name, words] of [
      ["pair", "pair = ½ Σ (s_l² − q_l)"],
      ["lin", "lin = Σ w_i x_i"],
      ["yhat", "ŷ = w0 + lin + pair"],
      ["loss", ""],
    ]) {
      const line = make("p");
      values[name] = make("b");
      values[`${name}:name`] = typeset(make("span"), words);
      line.append(values[`${name}:name`], values[name]);
      list.append(line);
    }
    find(".fmg-forward").append(table, list);
  }

  function choose(i, l) {
    set({ feature: i + 1, factor: l + 1 });
    tell(`Feature ${i + 1}, factor ${l + 1}. ${sentence(active)}`);
  }

  function paintForward() {
    const row = shown();
    const steps = forward(row);
    const [i, l] = place();
    for (let n = 0; n < FEATURES; n++) {
      values[`x${n}`].textContent = plain(row.x[n]);
      values[`w${n}`].textContent = plain(row.w[n]);
      values[`v1${n}`].textContent = plain(row.V[n][0]);
      values[`v2${n}`].textContent = plain(row.V[n][1]);
      for (const name of ["x", "w"]) values[`${name}${n}`].classList.toggle("here", n === i);
      for (let f = 0; f < FACTORS; f++) {
        const on = n === i && f === l;
        const button = cells.get(`${n}${f}`);
        values[`v${f + 1}${n}`].classList.toggle("here", on);
        button.textContent = plain(steps.z[n][f]);
        button.setAttribute("aria-pressed", String(on));
        button.setAttribute("aria-label", `z of feature ${n + 1}, factor ${f + 1}: ${plain(steps.z[n][f])}`);
        button.tabIndex = on ? 0 : -1;
      }
    }
    for (let f = 0; f < FACTORS; f++) {
      values[`s${f}`].textContent = plain(steps.s[f]);
      values[`q${f}`].textContent = plain(steps.q[f]);
      for (const name of ["s", "q"]) values[`${name}${f}`].classList.toggle("here", f === l);
    }
    values.pair.textContent = fmt(steps.pair);
    values.lin.textContent = fmt(steps.lin);
    values.yhat.textContent = fmt(steps.yhat);
    const loss = model.get("loss");
    values["loss:name"].textContent =
      loss === "squared" ? `loss = (ŷ − y)², y = ${row.y}` : `logloss, y = ${row.y}, p = ${fmt(steps.p)}`;
    values.loss.textContent = fmt(lossOf(steps.yhat, row.y, loss));
  }

  // ---- the fields --------------------------------------------------------------------------

  const lines = new Map();
  buildFields();

  function buildFields() {
    const groups = { dz_dv: "One step each", dy_dw0: "The whole score", dloss_dy: "The loss" };
    let group;
    for (const key of data.shown) {
      if (groups[key]) {
        group = make("div", "fmg-group");
        group.setAttribute("role", "group");
        group.setAttribute("aria-label", groups[key]);
        group.append(make("h4", "", groups[key]));
        find(".fmg-fields").append(group);
      }
      const field = fieldOf(key);
      const line = make("div", "fmg-line");
      const id = `fmg-${Math.random().toString(36).slice(2)}`;
      const label = make("label");
      label.htmlFor = id;
      label.append(make("span", "fm-sr", `Derivative of ${field.of} by ${field.by}`), fraction(field));
      label.lastChild.setAttribute("aria-hidden", "true");
      const input = make("input");
      input.id = id;
      input.type = "text";
      input.autocomplete = "off";
      input.autocapitalize = "off";
      input.spellcheck = false;
      input.maxLength = LONGEST;
      input.placeholder = "an expression";
      input.value = answers()[key] ?? "";
      const bar = make("span", "fmg-bar-box");
      bar.setAttribute("aria-hidden", "true");
      bar.append(make("span", "fmg-fill"));
      const word = make("span", "fmg-word");
      const hint = make("button", "fmg-hint", "Hint");
      hint.type = "button";
      hint.setAttribute("aria-label", `Hint for the derivative of ${field.of} by ${field.by}`);
      line.append(label, make("span", "fmg-equals", "="), input, bar, word, hint);
      group.append(line);
      lines.set(key, { line, input, bar, word });

      input.onfocus = () => activate(key);
      line.onclick = () => activate(key);
      input.oninput = () => {
        told = false;
        // Saved at once: the echo of an older state would overwrite what is set and not yet sent.
        set({ answers: { ...answers(), [key]: input.value } });
        clearTimeout(pause);
        pause = setTimeout(() => finish(key), PAUSE_MS);
      };
      input.onchange = () => finish(key);
      input.onkeydown = (event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (step) {
          event.preventDefault();
          const next = data.shown[data.shown.indexOf(key) + step];
          if (next) lines.get(next).input.focus();
        } else if (event.key === "Enter" && !event.shiftKey) finish(key);
      };
      hint.onclick = (event) => {
        event.stopPropagation();
        const seen = model.get("hints");
        const number = ((seen[key] ?? 0) % field.hints.length) + 1;
        active = key;
        set({ hints: { ...seen, [key]: number } });
        tell(`Hint ${number} of ${field.hints.length}: ${fieldOf(key).hints[number - 1]}`);
      };
    }
    const chain = make("p", "fmg-chain");
    group.append(chain);
    lines.set("chain", { line: chain });
  }

  function activate(key) {
    if (active === key) return;
    active = key;
    paintAbout();
    paintFields();
  }

  function finish(key) {
    clearTimeout(pause);
    told = true;
    paintAbout();
    tell(sentence(key));
  }

  function judgeAll() {
    judged = Object.fromEntries(
      data.shown.map((key) => [key, judge(fieldOf(key), answers()[key] ?? "", rows())]),
    );
  }

  function paintFields() {
    for (const key of data.shown) {
      const { line, input, bar, word } = lines.get(key);
      const { verdict, score } = judged[key];
      line.className = `fmg-line ${verdict}${key === active ? " active" : ""}`;
      bar.firstChild.style.width = `${Math.round(100 * score)}%`;
      const [sign, name] = WORDS[verdict];
      word.textContent = `${sign} ${name}`;
      const wanted = answers()[key] ?? "";
      if (input.value !== wanted) input.value = wanted;
      input.setAttribute("aria-invalid", String(["wrong", "unclear"].includes(verdict)));
    }
    const count = exact();
    const box = find(".fmg-progress");
    box.replaceChildren(make("span", "fmg-dots"), make("b", "", `${count} of ${data.shown.length} exact`));
    box.firstChild.setAttribute("aria-hidden", "true");
    for (const key of data.shown) {
      box.firstChild.append(make("span", judged[key].verdict === "exact" ? "found" : ""));
    }
    paintChain();
  }

  const exact = () => data.shown.filter((key) => judged[key].verdict === "exact").length;

  function paintChain() {
    const box = lines.get("chain").line;
    const both = ["dloss_dy", "dy_dv"].every((key) => judged[key].verdict === "exact");
    if (!both) {
      typeset(box, "Chain: ∂loss/∂v_il = ∂loss/∂ŷ · ∂ŷ/∂v_il. Its number stands here when both are exact.");
      return;
    }
    const [i, l] = place();
    const [first, second] = ["dloss_dy", "dy_dv"].map((key) => judged[key].values[i][l]);
    const nudged = difference(shown(), `dloss_dv:${model.get("loss")}`, i, l);
    typeset(
      box,
      `Chain: ∂loss/∂v_il = ${fmt(first)} · ${factor(second)} = ${fmt(first * second)}. ` +
        `A nudge of v_il gives ${fmt(nudged)}.`,
    );
  }
  const factor = (value) => (value < 0 ? `(${fmt(value)})` : fmt(value));

  // ---- the active field, in numbers and words ----------------------------------------------

  function numbersOf(key) {
    const field = fieldOf(key);
    const [i, l] = place();
    const { values: own } = judged[key];
    if (!own.length) return null;
    return [own[i][l], truthOf(shown(), field.key, i, l), difference(shown(), field.key, i, l)];
  }

  function sentence(key) {
    const field = fieldOf(key);
    const { verdict, says } = judged[key];
    const numbers = numbersOf(key);
    const parts = [`Derivative of ${field.of} by ${field.by}: ${WORDS[verdict][1] || "nothing is written yet"}.`];
    if (numbers) parts.push(`Yours ${fmt(numbers[0])}, autograd ${fmt(numbers[1])}.`);
    if (says) parts.push(says);
    return `${parts.join(" ")} ${exact()} of ${data.shown.length} exact.`;
  }

  function paintAbout() {
    const field = fieldOf(active);
    const { verdict, says, read } = judged[active];
    const box = find(".fmg-about");
    box.className = `fmg-about ${verdict}`;
    const title = make("p", "fmg-title");
    const where = { il: "feature and factor", i: "feature", l: "factor", "": "" }[field.over];
    title.append(fraction(field));
    const [i, l] = place();
    title.append(
      make("span", "", where ? `for feature ${i + 1}, factor ${l + 1}` : "the same for every feature and factor"),
    );
    const numbers = numbersOf(active);
    const list = make("div", "fmg-three");
    for (const [n, name] of ["your expression", "autograd", "nudge ± 0.0001"].entries()) {
      const one = make("p");
      one.append(make("span", "", name), make("b", "", numbers ? fmt(numbers[n]) : "·"));
      list.append(one);
    }
    const parts = [title, list];
    if (read) parts.push(typeset(make("p", "fmg-read"), `Read as ${read}`));
    if (says && (told || verdict === "exact")) {
      parts.push(typeset(make("p", "fmg-says"), says));
    } else if (!says) {
      const typed = field.names.includes("ŷ") ? " (type yhat for ŷ)" : "";
      parts.push(typeset(make("p", "fmg-read"), `Names here: ${field.names.join(", ")}${typed}`));
    }
    const seen = model.get("hints")[active] ?? 0;
    if (seen) parts.push(typeset(make("p", "fmg-hinted"), `Hint ${seen}: ${field.hints[seen - 1]}`));
    box.replaceChildren(...parts);
  }

  function tell(words) {
    status.textContent = words;
  }

  function paintText() {
    const row = shown();
    const steps = forward(row);
    const number = model.get("numbers");
    const loss = model.get("loss");
    const out = [
      `Numbers: ${number === 0 ? "your own" : `random row ${number} of ${data.rows.length - 1}`}`,
      `x = ${vector(row.x)}, w0 = ${plain(row.w0)}, w = ${vector(row.w)}, y = ${row.y}`,
      ...row.V.map((of, i) => `feature ${i + 1}: v = ${vector(of)}, z = ${vector(steps.z[i])}`),
      `s = ${vector(steps.s)}, q = ${vector(steps.q)}`,
      `pair = ${plain(steps.pair)}, lin = ${plain(steps.lin)}, ŷ = ${plain(steps.yhat)}, ` +
        `p = ${plain(steps.p)}, ${loss} loss = ${plain(lossOf(steps.yhat, row.y, loss))}`,
      "",
    ];
    const table = [["derivative", "your expression", "verdict", "gives", "autograd", "difference"]];
    for (const key of data.shown) {
      const field = fieldOf(key);
      const numbers = numbersOf(key);
      table.push([
        `d ${field.of} / d ${field.by}`, (answers()[key] ?? "").trim(), judged[key].verdict,
        ...(numbers ? numbers.map((value) => fmt(value)) : ["", "", ""]),
      ]);
    }
    const widths = table[0].map((_, n) => Math.max(...table.map((line) => line[n].length)));
    out.push(...table.map((line) => line.map((cell, n) => cell.padEnd(widths[n])).join("  ").trimEnd()));
    out.push("", `The numbers are for feature ${model.get("feature")}, factor ${model.get("factor")}.`);
    out.push(`${exact()} of ${data.shown.length} exact.`);
    find(".fmg-text pre").textContent = out.join("\n");
  }

  // ---- controls ----------------------------------------------------------------------------

  const select = find(".fmg-loss");
  select.onchange = () => {
    set({ loss: select.value });
    active = "dloss_dy";
    paint();
    tell(`The loss is now ${select.selectedOptions[0].textContent}. ${sentence("dloss_dy")}`);
  };
  find(".fmg-random").onclick = () => {
    set({ numbers: (model.get("numbers") + 1) % data.rows.length });
    const number = model.get("numbers");
    tell(`${number ? `Random row ${number}` : "Your own numbers"}. ${sentence(active)}`);
  };
  find(".fmg-reset").onclick = () => {
    active = "dz_dv";
    told = true;
    set({ answers: {}, hints: {}, numbers: 0, feature: 1, factor: 1 });
    paint();
    tell("All fields are empty. 0 of 9 exact.");
  };

  function paint() {
    judgeAll();
    select.value = model.get("loss");
    const number = model.get("numbers");
    find(".fmg-left h4").textContent =
      `Forward, step by step (${number ? `random numbers ${number}` : "your numbers"})`;
    paintForward();
    paintFields();
    paintAbout();
    paintText();
  }
  const load = () => {
    data = JSON.parse(model.get("data"));
    paint();
  };
  const watched = ["answers", "hints", "loss", "numbers", "feature", "factor"];
  paint();
  for (const name of watched) model.on(`change:${name}`, paint);
  model.on("change:data", load);
  return () => {
    clearTimeout(pause);
    for (const name of watched) model.off(`change:${name}`, paint);
    model.off("change:data", load);
  };
}

export default { render };
