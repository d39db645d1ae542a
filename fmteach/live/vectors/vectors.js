// The plane of arrows and the square of pair products. All arithmetic is here (numbers.js), so that
// it follows the finger and works without a kernel. See plane.py.

const STEP = 0.1;
const LARGE = 0.5;
const TURN = 30; // degrees
const TURN_MS = 350;
const QUIET_MS = 250; // a status is said once the keys rest

function render({ model, el }) {
  const { names, targets, start } = JSON.parse(model.get("data"));
  const d = names.length;
  const root = make("div", d > 4 ? "fmv many fm-box" : "fmv fm-box");
  root.addEventListener("keydown", keepKey);
  el.append(root);
  const get = (name) => model.get(name);
  const label = (n) => `v${sub(n)} ${names[n]}`;
  let active = null; // the arrow that was touched last
  let frame = 0;
  let turning = 0;
  let speaking = 0;

  // ---- state ---------------------------------------------------------------------------------
  // Saved at once, at every move of a drag too: the echo of an older state would overwrite what is
  // set and not yet sent. What the kernel has no time for, ipywidgets puts together.
  function set(changes) {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    try {
      model.save_changes();
    } catch {
      // a page without a kernel: the picture is whole all the same
    }
    schedule();
  }

  function schedule() {
    if (!frame) frame = requestAnimationFrame(() => ((frame = 0), draw()));
  }

  // The words for a screen reader wait until the hand rests; the line on the page does not.
  function say(text) {
    status.textContent = text;
    clearTimeout(speaking);
    speaking = setTimeout(() => (spoken.textContent = text), QUIET_MS);
  }

  // ---- the bar -------------------------------------------------------------------------------
  const bar = make("div", "fmv-bar");
  const ks = make("fieldset", "fmv-k");
  ks.append(make("legend", "fm-sr", "Number of factors"));
  const radioName = `fmv-k-${Math.random().toString(36).slice(2)}`;
  const radios = [1, 2].map((k) => {
    const box = make("label");
    const radio = make("input");
    Object.assign(radio, { type: "radio", name: radioName, value: k });
    radio.onchange = () => {
      stopTurning();
      set({ k });
      say(k === 1 ? "k = 1: one factor. Every arrow points right or left." : "k = 2: two factors. Every arrow has a direction in the plane.");
    };
    box.append(radio, make("span", "", `k = ${k}`));
    ks.append(box);
    return radio;
  });
  const pick = make("label", "fmv-pick", "Target signs");
  const menu = make("select");
  for (const name of ["", ...Object.keys(targets)]) {
    const option = make("option", "", name || "none");
    option.value = name;
    menu.append(option);
  }
  menu.onchange = () => {
    set({ target: menu.value });
    const [good, asked] = menu.value ? met(square(), targets[menu.value]) : [0, 0];
    say(menu.value ? `Target (${menu.value}): ${good} of ${asked} signs are met.` : "No target.");
  };
  pick.append(menu);
  const turn = button("Turn all by 30°", () => turnAll());
  const reset = button("Reset", () => {
    stopTurning();
    active = null;
    set(structuredClone(start));
    say("Everything is as it was at first.");
  });
  bar.append(ks, pick, turn, reset);

  function button(text, act) {
    const made = make("button", "fmv-button", text);
    made.type = "button";
    made.onclick = act;
    return made;
  }

  // ---- the plane -----------------------------------------------------------------------------
  const canvas = node("svg", { class: "fmv-plane", viewBox: `0 0 ${SIZE} ${SIZE}`, role: "group" });
  const back = node("g", { class: "fmv-grid", "aria-hidden": "true" });
  const extra = node("g", { class: "fmv-extra", "aria-hidden": "true" });
  const words = node("g", { class: "fmv-words", "aria-hidden": "true" });
  const arrows = names.map((name, n) => {
    const line = node("path", { class: "fmv-line" });
    const tip = node("g", {
      class: "fmv-tip", tabindex: "0", role: "slider", "aria-label": label(n),
      "aria-valuemin": -LONGEST, "aria-valuemax": LONGEST,
    });
    tip.append(node("circle", { class: "fmv-reach", r: 22 }), node("path", { class: "fmv-mark", d: MARKS[n] }));
    const text = node("text", { "text-anchor": "middle" }, label(n));
    words.append(text);
    grab(tip, n);
    return { line, tip, text };
  });
  canvas.append(back, ...arrows.map((a) => a.line), extra, words, ...arrows.map((a) => a.tip));

  function pointOf(event) {
    const box = canvas.getBoundingClientRect();
    const scale = SIZE / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  function grab(tip, n) {
    let hold = null; // the pointer, and the way from it to the tip, which so does not jump
    tip.onpointerdown = (event) => {
      if (event.button > 0 || hold) return;
      stopTurning();
      const [px, py] = pointOf(event);
      const [x, y] = layout(d, get("k")).at(get("tips")[n], n);
      hold = { pointer: event.pointerId, dx: x - px, dy: y - py };
      tip.setPointerCapture(event.pointerId);
      tip.focus({ preventScroll: true });
      touch(n);
      root.classList.add("dragging");
      event.preventDefault();
    };
    tip.onpointermove = (event) => {
      if (hold?.pointer !== event.pointerId) return;
      const [px, py] = pointOf(event);
      put(n, layout(d, get("k")).tip(px + hold.dx, py + hold.dy, n));
    };
    // The capture is lost at every end: the button is up, a touch was cancelled, a dialog opened.
    tip.onlostpointercapture = (event) => {
      if (hold?.pointer !== event.pointerId) return;
      hold = null;
      root.classList.remove("dragging");
      report(n);
    };
    tip.onfocus = () => touch(n);
    tip.onkeydown = (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      stopTurning();
      const by = event.shiftKey ? LARGE : STEP;
      const [a, b] = get("tips")[n];
      // With one factor up means more, as on any slider.
      const to = get("k") === 2 ? [a + way[0] * by, b + way[1] * by] : [a + (way[0] + way[1]) * by, b];
      // At the rim a key does nothing; pushed along it, the tip would go where no key sent it.
      const long = get("k") === 2 ? Math.hypot(...to) : Math.abs(to[0]);
      if (long > LONGEST + ZERO) return say(`v${sub(n)} stays: an arrow is at most ${LONGEST} long.`);
      put(n, to);
      report(n);
    };
  }

  // A click beside the tips moves the arrow that was touched last: no dragging needed.
  canvas.addEventListener("click", (event) => {
    if (active === null || event.target.closest(".fmv-tip")) return;
    stopTurning();
    put(active, layout(d, get("k")).tip(...pointOf(event), active));
    arrows[active].tip.focus({ preventScroll: true });
    report(active);
  });

  function put(n, to) {
    const k = get("k");
    const [a, b] = allowed(to, k);
    // The second factor is kept while it is out of use, as far as the arrow stays short enough.
    const next = k === 2 ? [a, b] : [a, allowed([a, get("tips")[n][1]], 2)[0] === a ? get("tips")[n][1] : 0];
    const old = get("tips")[n];
    if (old[0] === next[0] && old[1] === next[1]) return;
    set({ tips: get("tips").map((tip, m) => (m === n ? next : tip)) });
  }

  // The arrow that is touched belongs to the chosen pair; its partner stays.
  function touch(n) {
    const [i, j] = get("chosen");
    const partner = active === j && n !== j ? j : n === i ? j : i;
    active = n;
    if (n !== i && n !== j) set({ chosen: [Math.min(n, partner), Math.max(n, partner)] });
    schedule();
  }

  function report(n) {
    const [tips, k] = [get("tips"), get("k")];
    const [i, j] = get("chosen");
    const other = n === i ? j : i;
    const value = fixed(dot(tips[n], tips[other], k), 2);
    let text = `v${sub(n)} is now ${arrow(tips[n], k)}; ⟨v${sub(n)}, v${sub(other)}⟩ = ${value}.`;
    if (get("target")) {
      const [good, asked] = met(square(), targets[get("target")]);
      text += good === asked ? ` All ${asked} signs are met with k = ${k}.` : ` ${good} of ${asked} signs are met.`;
    }
    say(text);
  }

  const square = () => products(get("tips"), get("x"), get("k"));

  // ---- turn all ------------------------------------------------------------------------------
  let settle = null; // what the arrows will be when the turn is over
  let step = ""; // where they are on the way there
  const where = () => JSON.stringify(get("tips"));
  function stopTurning() {
    cancelAnimationFrame(turning);
    // Where Python has set them meanwhile, they stay.
    if (settle && where() === step) set({ tips: settle });
    settle = null;
  }

  function turnAll() {
    stopTurning();
    const from = get("tips");
    step = where();
    const flip = get("k") === 1;
    settle = flip ? from.map(([a, b]) => [0 - a, b]) : turned(from, TURN);
    say(`${flip ? "All arrows are flipped" : "All arrows are turned by 30°"}. Every number in the square is what it was.`);
    if (flip || matchMedia("(prefers-reduced-motion: reduce)").matches) return stopTurning();
    const begin = performance.now();
    const go = (now) => {
      const share = Math.min(1, Math.max(0, now - begin) / TURN_MS);
      if (share === 1 || where() !== step) return stopTurning();
      model.set("tips", turned(from, TURN * share * share * (3 - 2 * share)));
      step = where();
      draw();
      turning = requestAnimationFrame(go);
    };
    turning = requestAnimationFrame(go);
  }

  // ---- the square ----------------------------------------------------------------------------
  const table = make("table", "fmv-square");
  table.append(make("caption", "fm-sr", "What each pair adds: the product of v i and v j, times x i, times x j"));
  const head = make("tr");
  head.append(make("th", "corner", "feature"), make("th", "", "x"));
  names.forEach((name, n) => {
    const cell = make("th", "top");
    cell.scope = "col";
    cell.append(icon(n), make("b", "", `v${sub(n)}`), make("span", "fm-sr", name));
    cell.title = name;
    head.append(cell);
  });
  [...head.children].slice(0, 2).forEach((cell) => (cell.scope = "col"));
  const body = make("tbody");
  const heads = [];
  const switches = [];
  const cells = names.map((name, i) => {
    const row = make("tr");
    const first = make("th", "side");
    first.scope = "row";
    const title = make("span", "title");
    title.append(icon(i), make("b", "", `v${sub(i)}`), make("span", "", ` ${name}`));
    const where = make("span", "where");
    first.append(title, where);
    heads.push({ cell: first, top: head.children[i + 2], where });
    const place = make("td", "fmv-x");
    switches.push(xSwitch(i, place));
    row.append(first, place);
    const made = names.map((_, j) => {
      const cell = make("td", j > i ? "upper" : j < i ? "lower" : "diagonal");
      row.append(cell);
      if (j <= i) {
        cell.title = j < i ? "The same pair a second time: not counted" : "A feature with itself is no pair: not counted";
        return { cell, number: cell.appendChild(make("span")) };
      }
      const press = button("", () => {
        set({ chosen: [i, j] });
        active = active === i || active === j ? active : i;
        say(`${names[i]} and ${names[j]}: ${fixed(square()[i][j], 2, true)}.`);
      });
      press.className = "fmv-cell";
      press.onkeydown = (event) => walk(event, i, j);
      press.onfocus = () => roving(i, j);
      const number = make("span", "number");
      const wanted = make("span", "wanted");
      press.append(number, wanted);
      cell.append(press);
      return { cell, press, number, wanted };
    });
    body.append(row);
    return made;
  });
  const header = make("thead");
  header.append(head);
  table.append(header, body);

  function xSwitch(i, place) {
    const on = make("input");
    on.type = "checkbox";
    on.setAttribute("aria-label", `${names[i]} is in this row (x${sub(i)} is not 0)`);
    const value = make("input");
    Object.assign(value, { type: "number", step: "0.5", min: "-5", max: "5" });
    value.setAttribute("aria-label", `x${sub(i)}, ${names[i]}`);
    let last = start.x[i] || 1;
    const change = (to) => {
      if (to) last = to;
      set({ x: get("x").map((old, n) => (n === i ? to : old)) });
      say(to ? `x${sub(i)} is ${plain(to)}.` : `x${sub(i)} is 0: every pair with ${names[i]} adds 0.`);
    };
    on.onchange = () => change(on.checked ? last : 0);
    value.oninput = () => {
      const to = Number(value.value.replace(",", "."));
      if (value.value !== "" && Number.isFinite(to) && Math.abs(to) <= 5) change(to);
    };
    value.onblur = () => (value.value = plain(get("x")[i]).replace("−", "-"));
    place.append(on, value);
    return { on, value };
  }

  // One stop for Tab; arrows walk over the cells that count.
  function roving(i, j) {
    for (const row of cells) for (const { press } of row) if (press) press.tabIndex = -1;
    cells[i][j].press.tabIndex = 0;
  }

  function walk(event, i, j) {
    const way = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = cells[i + way[0]]?.[j + way[1]]?.press;
    if (next) next.focus();
  }

  // ---- below ---------------------------------------------------------------------------------
  const note = make("p", "fmv-note");
  const detail = make("div", "fmv-detail");
  const total = make("p", "fmv-total");
  const goal = make("p", "fmv-goal");
  const status = make("p", "fmv-status", "Drag a tip, or Tab to it and use the arrow keys (Shift: larger steps). Or touch a tip, then click where it is to go.");
  status.setAttribute("aria-hidden", "true"); // said by its twin below, when the hand rests
  const spoken = make("p", "fm-sr");
  spoken.setAttribute("role", "status");
  const side = make("div", "fmv-side");
  side.append(table, note, goal, detail);
  const left = make("div", "fmv-left");
  left.append(canvas);
  const split = make("div", "fmv-split");
  split.append(left, side);
  const twin = make("details", "fmv-twin");
  const text = make("pre");
  text.tabIndex = 0;
  twin.append(make("summary", "", "The same as text"), text);
  twin.ontoggle = () => schedule();
  root.append(bar, split, total, status, spoken, twin);

  // ---- drawing -------------------------------------------------------------------------------
  let drawnK = 0;
  let sizes = { sure: false };
  function draw() {
    const [tips, x, k, target] = ["tips", "x", "k", "target"].map(get);
    const [i, j] = get("chosen");
    const wanted = targets[target];
    const values = products(tips, x, k);
    const place = layout(d, k);
    if (drawnK !== k) back.replaceChildren(...grid(k));
    drawnK = k;
    radios.forEach((radio) => (radio.checked = Number(radio.value) === k));
    menu.value = target;
    turn.textContent = k === 2 ? "Turn all by 30°" : "Flip all";
    canvas.setAttribute("aria-label", k === 2 ? "Plane with one arrow for each feature" : "One arrow for each feature, to the right or to the left");

    if (!sizes.sure) sizes = measured(names.map((_, n) => label(n)), root);
    const spots = tips.map((tip, n) => {
      const at = place.at(tip, n);
      return { at, from: [MIDDLE, place.base(n)], wide: sizes.widths[n], out: [at[0] - MIDDLE, k === 2 ? at[1] - MIDDLE : -1] };
    });
    const around = between(tips[i], tips[j], k);
    const degrees = around.find((part) => part.getAttribute("class") === "angle-word");
    const textAt = placeNames(spots, k, degrees && ["x", "y"].map((name) => Number(degrees.getAttribute(name))));
    arrows.forEach(({ line, tip, text: name }, n) => {
      const role = n === i ? "first" : n === j ? "second" : "";
      const [px, py] = spots[n].at;
      line.setAttribute("d", arrowPath([MIDDLE, place.base(n)], spots[n].at));
      line.setAttribute("class", `fmv-line ${role}`);
      tip.setAttribute("transform", `translate(${px.toFixed(1)} ${py.toFixed(1)})`);
      tip.setAttribute("class", `fmv-tip ${role} ${x[n] === 0 ? "off" : ""}`);
      tip.setAttribute("aria-valuenow", plain(tips[n][0]).replace("−", "-"));
      tip.setAttribute("aria-valuetext", `${arrow(tips[n], k)}${x[n] === 0 ? ", not in this row" : ""}`);
      name.setAttribute("x", textAt[n][0].toFixed(1));
      name.setAttribute("y", textAt[n][1].toFixed(1));
      name.setAttribute("class", role);
      heads[n].cell.className = `side ${role}`;
      heads[n].top.className = `top ${role}`;
      heads[n].where.textContent = arrow(tips[n], k);
      const { on, value } = switches[n];
      on.checked = x[n] !== 0;
      if (document.activeElement !== value) value.value = plain(x[n]).replace("−", "-");
    });
    extra.replaceChildren(...around);

    cells.forEach((row, a) => row.forEach((made, b) => {
      const value = values[a][b];
      const shown = fixed(value, 2, true);
      made.number.textContent = shown;
      const off = x[a] === 0 || x[b] === 0;
      made.cell.classList.toggle("off", off);
      if (!made.press) return;
      const share = off ? 0 : Math.min(1, Math.abs(value) / 2);
      made.press.className = `fmv-cell s${{ "+": "plus", "-": "minus", 0: "zero" }[sign(value)]}`;
      made.press.style.setProperty("--share", `${Math.round(12 + 36 * share)}%`);
      made.press.setAttribute("aria-pressed", String(a === i && b === j));
      const asked = wanted && wanted[a][b] !== "0" ? wanted[a][b] : "";
      const good = asked && sign(value) === asked;
      made.wanted.textContent = asked ? `${good ? "✓" : "✗"} ${asked.replace("-", "−")}` : "";
      made.wanted.className = `wanted ${good ? "good" : "bad"}`;
      const want = asked ? `, ${asked === "+" ? "plus" : "minus"} is wanted, ${good ? "met" : "not met"}` : "";
      made.press.setAttribute("aria-label", `${names[a]} and ${names[b]}: ${shown}${want}`);
    }));
    if (!table.contains(document.activeElement)) roving(i, j);

    tell(tips, x, k, i, j);
    const { terms, end } = sumLine(tips, x, k);
    const sigma = make("span", "", "Σ");
    sigma.append(make("sub", "", "i<j"), " ");
    total.replaceChildren(make("b", "", "Pair term "), sigma, ...pairs(d).flatMap(([a, b], n) => {
      const term = make("span", a === i && b === j ? "term chosen" : "term", terms[n]);
      return [term, " "];
    }), make("b", "end", end));
    note.textContent = "Only the pairs i < j, above the diagonal, count. Below it each pair stands again; on it, a feature with itself.";
    goal.hidden = !wanted;
    if (wanted) {
      const [good, asked] = met(values, wanted);
      goal.className = good === asked ? "fmv-goal good" : "fmv-goal";
      goal.textContent = good === asked
        ? `✓ Target met: all ${asked} signs, with k = ${k}.`
        : `${good} of ${asked} signs are met (✓). ✗ shows a sign that is still wanted.`;
    }
    if (twin.open) text.textContent = twinText(names, tips, x, k, [i, j], target, wanted);
  }

  // The worked product. Each number has the colour of its arrow, and the order of the formula.
  function tell(tips, x, k, i, j) {
    const [a, b] = [tips[i].slice(0, k), tips[j].slice(0, k)];
    const inner = dot(a, b, k);
    const value = inner * x[i] * x[j];
    const first = make("p", "line main");
    const one = (content) => make("span", "first", content);
    const two = (content) => make("span", "second", content);
    first.append("⟨", one(`v${sub(i)}`), ", ", two(`v${sub(j)}`), "⟩ = ");
    for (let l = 0; l < k; l += 1) {
      first.append(l ? " + " : "", one(bracket(coordinate(a[l]))), " · ", two(bracket(coordinate(b[l]))));
    }
    first.append(` ${equals(inner, ...a, ...b)} `, make("b", "", fixed(inner, 2)));
    const second = make("p", "line", `times x${sub(i)} x${sub(j)}: ${fixed(inner, 2)} · ${bracket(plain(x[i]))} · ${bracket(plain(x[j]))} ${equals(value, inner, x[i], x[j])} ${fixed(value, 2)}. `);
    if (x[i] === 0 || x[j] === 0) second.append(`${names[x[i] === 0 ? i : j]} is not in this row.`);
    const lines = [make("p", "pair", `${names[i]} × ${names[j]}`), first, second];
    lines.push(...geometry(a, b, k).map((sentence) => make("p", "line", sentence)));
    const found = angleOf(a, b, k);
    if (found && k === 2) {
      const reach = inner / found.long;
      lines.push(make("p", "line", `Projection (dotted): v${sub(j)} reaches ${fixed(reach, 2)} along v${sub(i)}; ${fixed(found.long, 2)} · ${bracket(fixed(reach, 2))} ≈ ${fixed(inner, 2)}.`));
    }
    detail.replaceChildren(...lines);
  }

  // ---- life ----------------------------------------------------------------------------------
  const traits = ["tips", "x", "k", "chosen", "target"];
  traits.forEach((name) => model.on(`change:${name}`, schedule));
  draw();
  return () => {
    stopTurning();
    cancelAnimationFrame(frame);
    clearTimeout(speaking);
    traits.forEach((name) => model.off(`change:${name}`, schedule));
  };
}

export default { render };
