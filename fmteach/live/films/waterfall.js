// The waterfall of one prediction. Python computes the terms; opening a group needs no kernel.

const minus = (text) => text.replace("-", "−");
const signed = (value) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(3);

// What a bar is, in the notation of the course.
const FORMULAS = {
  linear: "w<sub>i</sub> x<sub>i</sub>",
  pair: "⟨v<sub>i</sub>, v<sub>j</sub>⟩ x<sub>i</sub> x<sub>j</sub>",
  rest: "",
};

function render({ model, el }) {
  const root = make("div", "fmf fmf-fall fm-box");
  root.addEventListener("keydown", keepKey);
  el.append(root);
  const said = make("p", "fmf-problem");
  said.setAttribute("role", "alert");
  const waiting = new Map(); // what was asked for, until the kernel answers
  let asked = 0;

  function send(message) {
    try {
      model.send(message);
      return true;
    } catch {
      said.textContent = "Another row can be chosen while the notebook's kernel runs.";
      return false;
    }
  }

  const bar = make("div", "fmf-bar");
  const boxes = model.get("boxes").map(([field, label, hint]) => {
    const box = searchBox({
      label,
      hint,
      suggest(text, show) {
        asked += 1;
        waiting.set(asked, show);
        if (!send({ kind: "suggest", field, value: text, asked })) waiting.delete(asked);
      },
      choose: (value) => send({ kind: "choose", field, value }),
    });
    box.root.classList.toggle("narrow", field !== "film");
    return [field, box];
  });
  bar.append(...boxes.map(([, box]) => box.root));
  for (const [kind, text, title] of [
    ["random", "Random row", `A random row of the ${model.get("part")} part`],
    ["reset", "Reset", "Back to the first row"],
  ]) {
    const button = make("button", "fmf-button", text);
    button.type = "button";
    button.title = title;
    button.onclick = () => send({ kind });
    bar.append(button);
  }

  const title = make("h3", "fmf-title");
  const plot = make("div", "fmf-plot");
  const verdict = make("p", "fmf-verdict");
  verdict.setAttribute("aria-live", "polite");
  const twin = make("details", "fmf-twin");
  twin.append(make("summary", "", "The same as text"), make("pre"));
  twin.lastChild.tabIndex = 0; // it may be wider than the page
  root.append(bar, said, title, plot, verdict, twin);

  function toggle(key) {
    const opened = model.get("opened");
    model.set("opened", opened.includes(key) ? opened.filter((k) => k !== key) : [...opened, key]);
    try {
      model.save_changes();
    } catch {
      // no kernel
    }
    draw();
    [...plot.querySelectorAll("button")].find((b) => b.dataset.key === key)?.focus();
  }

  function draw() {
    const d = JSON.parse(model.get("data"));
    const { low, high, ticks, chances } = d.axis;
    const at = (value) => `${(100 * (value - low)) / (high - low)}%`;
    for (const [field, box] of boxes) box.set(d.shown[field] ?? "");
    title.textContent = d.title;
    verdict.textContent = d.verdict;
    twin.lastChild.textContent = d.text;
    plot.setAttribute("role", "group");
    plot.setAttribute("aria-label", `Waterfall. ${d.verdict}`);

    const rows = [];
    const line = (className, name, note) => {
      const row = make("div", `fmf-row ${className}`);
      const label = make("div", "fmf-label");
      const text = make("div", "text");
      text.append(make("span", "name", name));
      if (note) text.append(make("span", "note", note));
      text.title = name;
      label.append(text);
      const track = make("div", "fmf-track");
      const number = make("div", "fmf-number");
      row.append(label, track, number);
      rows.push(row);
      return { row, label, track, number };
    };
    const stem = (track, value) => {
      const mark = make("i", "stem");
      mark.style.left = at(value);
      track.append(mark);
    };
    const block = (track, item, className) => {
      const made = make("i", `block ${item.value < 0 ? "down" : "up"} ${className}`);
      made.style.left = at(Math.min(item.before, item.after));
      made.style.width = `${(100 * Math.abs(item.value)) / (high - low)}%`;
      track.append(made);
    };
    const spot = (track, value, className) => {
      const made = make("i", className);
      made.style.left = at(value);
      track.append(made);
    };

    const start = line("start", "start: w0", "the same in every row");
    spot(start.track, d.w0, "dot");
    stem(start.track, d.w0);
    start.number.append(make("b", "", minus(d.w0.toFixed(3))));

    const opened = model.get("opened");
    for (const item of d.bars) {
      const many = item.members.length > 0;
      const open = many && opened.includes(item.key);
      const made = line(open ? "open" : "", item.name, item.detail || " ");
      if (!item.detail) {
        made.label.querySelector(".note").innerHTML = (many ? "Σ " : "") + FORMULAS[item.kind];
      }
      if (many) {
        const button = make("button", "", open ? "▾" : "▸");
        button.type = "button";
        button.dataset.key = item.key;
        button.setAttribute("aria-expanded", String(open));
        button.setAttribute("aria-label", `${item.name}: ${open ? "close" : "show the single terms"}`);
        button.onclick = (event) => {
          event.stopPropagation();
          toggle(item.key);
        };
        made.label.prepend(button);
        made.row.classList.add("many");
        made.row.onclick = () => toggle(item.key);
      }
      block(made.track, item, open ? "hollow" : "");
      if (open) {
        stem(made.track, item.before);
        for (const member of item.members) {
          const single = line("member", member.name, member.detail || "");
          block(single.track, member, "");
          stem(single.track, member.after);
          single.number.append(make("span", "value", signed(member.value)));
        }
      } else stem(made.track, item.after);
      made.number.append(
        make("b", item.value < 0 ? "down" : "up", signed(item.value)),
        make("span", "running", minus(`= ${item.after.toFixed(2)}`)),
      );
    }

    const end = line("end", d.unit ? "score" : `score: predicted ${d.task}`, d.unit && `in ${d.unit}`);
    if (d.truth_on_axis) {
      const gap = make("i", "gap");
      gap.style.left = at(Math.min(d.score, d.truth));
      gap.style.width = `${(100 * Math.abs(d.score - d.truth)) / (high - low)}%`;
      end.track.append(gap);
    }
    spot(end.track, d.score, "diamond");
    end.number.append(make("b", "", minus(d.score.toFixed(3))));
    if (d.truth_on_axis) {
      const off = d.score - d.truth;
      end.number.append(make("span", "running", `${Math.abs(off).toFixed(2)} too ${off < 0 ? "low" : "high"}`));
    }
    if (d.probability !== null) {
      end.number.append(make("b", "running", `P = ${d.probability.toFixed(2)}`));
    }

    // Behind the rows: ticks and what is known to be true.
    const behind = make("div", "fmf-behind");
    behind.setAttribute("aria-hidden", "true");
    for (const [value, text] of ticks) {
      const tick = make("i", "tick");
      tick.style.left = at(value);
      tick.append(make("span", "", minus(text)));
      behind.append(tick);
    }
    for (const [value, text] of chances) {
      const tick = make("i", "chance");
      tick.style.left = at(value);
      tick.append(make("span", "", text));
      behind.append(tick);
    }
    if (d.truth_on_axis) {
      const truth = make("i", "truth");
      truth.style.left = at(d.truth);
      truth.append(make("span", "", `true ${d.task}: ${d.truth}`));
      behind.append(truth);
    }
    const below = make("div", "fmf-unit", d.unit ? `${d.unit} (above: the same as a probability)` : d.task);
    plot.classList.toggle("two-axes", chances.length > 0);
    plot.replaceChildren(behind, ...rows, below);
  }

  function complain() {
    said.textContent = model.get("problem");
  }

  function onMessage(content) {
    if (content.kind !== "suggestions") return;
    waiting.get(content.asked)?.(content.items);
    for (const key of waiting.keys()) if (key <= content.asked) waiting.delete(key);
  }

  draw();
  complain();
  model.on("msg:custom", onMessage);
  model.on("change:data", draw);
  model.on("change:opened", draw);
  model.on("change:problem", complain);
  return () => {
    model.off("msg:custom", onMessage);
    model.off("change:data", draw);
    model.off("change:opened", draw);
    model.off("change:problem", complain);
  };
}

export default { render };
