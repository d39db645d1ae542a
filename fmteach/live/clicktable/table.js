// The click table: edit clicks on the left, see what three models say of every cell. The models are
// fitted here (fits.js), so nothing waits for a kernel. See table.py.

const MODELS = [
  ["linear", "", "Linear"],
  ["poly-2", "weight", "Poly-2"],
  ["FM", "factors", "FM"],
];
const HIDE = 6;

function render({ model, el }) {
  const names = JSON.parse(model.get("names"));
  const known = JSON.parse(model.get("known"));
  const { rows, columns, fields } = names;
  let letters = fields.map((field) => [...field][0].toLowerCase());
  if (letters[0] === letters[1]) letters = ["i", "j"];

  const root = make("div", "fmct fm-box");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "Click table: edit clicks, compare three models");
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  const longest = Math.max(...rows.map((name) => name.length));
  root.style.setProperty("--names", `${Math.min(96, Math.max(44, 10 + 8 * longest))}px`);
  root.addEventListener("keydown", keepKey);
  el.append(root);

  const clicks = () => model.get("clicks");
  const truth = () => known[model.get("pattern")];
  const pairName = (u, f) => `${rows[u]} × ${columns[f]}`;

  function save() {
    try {
      model.save_changes();
    } catch {
      // a page without a kernel: everything goes on working
    }
  }
  let own = false; // a change made here: one fit for all of it
  function change(values) {
    own = true;
    for (const [trait, value] of Object.entries(values)) model.set(trait, value);
    own = false;
    paint();
    save();
  }

  // ---- controls ----------------------------------------------------------------------------
  const bar = make("div", "fmct-bar");
  function picker(text, options, trait, read) {
    const box = make("label", "fmct-pick", text);
    const menu = make("select");
    for (const [value, shown] of options) {
      const option = make("option", "", shown);
      option.value = value;
      menu.append(option);
    }
    menu.onchange = () => read(menu.value);
    box.append(menu);
    bar.append(box);
    return () => { menu.value = String(model.get(trait)); };
  }
  const paintPattern = picker(
    "Pattern", Object.keys(known).map((name) => [name, name]), "pattern",
    (name) => {
      change({ pattern: name, clicks: known[name].map((row) => [...row]) });
      tell(`Pattern “${name}”, all cells shown.`);
    },
  );
  const paintK = picker("FM's k", [1, 2, 3].map((k) => [k, String(k)]), "k", (k) => {
    change({ k: Number(k) });
    tell(`The FM has k = ${k} now.`);
  });
  function button(text, act) {
    const made = make("button", "fmct-button", text);
    made.type = "button";
    made.onclick = act;
    bar.append(made);
    return made;
  }
  const hider = button(`Hide ${HIDE} cells`, () => {
    change({ clicks: hide(clicks(), HIDE) });
    tell(`${countOf(fits.linear, clicks(), truth()).never} cells are hidden now.`);
  });
  button("Reset", () => {
    change(JSON.parse(model.get("start")));
    tell("As at the start.");
  });

  function hide(table, count) {
    const hidden = table.map((row) => [...row]);
    let state = 11 + 3 * table.flat().filter((y) => y === 0).length;
    for (let n = 0; n < count; n += 1) {
      const shown = hidden.flatMap((row, u) => row.flatMap((y, f) => (y ? [[u, f]] : [])));
      if (!shown.length) break;
      state = (state * 16807) % 2147483647;
      const [u, f] = shown[state % shown.length];
      hidden[u][f] = 0;
    }
    return hidden;
  }

  // ---- the clicks --------------------------------------------------------------------------
  let at = [0, 0];
  const editor = make("section", "fmct-card fmct-edit");
  const title = make("div", "fmct-title");
  title.append(make("b", "", "Clicks"), make("span", "fmct-hint", "click a cell, or arrows and Space"));
  const { table, cells } = grid(names, "Clicks, to edit", "grid", (u, f) => {
    const td = make("td", "fmct-click");
    td.setAttribute("role", "gridcell");
    td.onclick = () => { focus(u, f); turn(u, f); };
    td.onfocus = () => { at = [u, f]; roam(); look(u, f); };
    return td;
  });
  const legend = make("p", "fmct-legend");
  for (const state of [1, -1, 0]) {
    const key = make("span", `fmct-key ${state > 0 ? "plus" : state < 0 ? "minus" : "hidden"}`, MARKS[state]);
    legend.append(key, ` ${STATES[state]} `);
  }
  editor.append(title, table, legend);

  const roam = () => cells.forEach((row, u) => row.forEach((td, f) => {
    td.tabIndex = u === at[0] && f === at[1] ? 0 : -1;
  }));
  const focus = (u, f) => { at = [u, f]; roam(); cells[u][f].focus({ preventScroll: true }); };

  function put(u, f, y) {
    const table = clicks().map((row) => [...row]);
    if (table[u][f] === y) return;
    table[u][f] = y;
    change({ clicks: table });
    tell(`${pairName(u, f)} is ${STATES[y]} now.`);
  }
  // First what the pattern holds is hidden, then turned over; three clicks lead back.
  function turn(u, f) {
    const y = clicks()[u][f], t = truth()[u][f] || -1;
    put(u, f, y === t ? 0 : y === 0 ? -t : t);
  }
  table.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const [u, f] = at;
    const move = {
      ArrowUp: [u - 1, f], ArrowDown: [u + 1, f], ArrowLeft: [u, f - 1], ArrowRight: [u, f + 1],
      Home: [u, 0], End: [u, columns.length - 1],
    }[event.key];
    const y = { "+": 1, 1: 1, "-": -1, "−": -1, "?": 0, 0: 0, Delete: 0, Backspace: 0 }[event.key];
    if (move) {
      focus(Math.max(0, Math.min(rows.length - 1, move[0])), Math.max(0, Math.min(columns.length - 1, move[1])));
    } else if (event.key === " " || (event.key === "Enter" && !event.shiftKey)) turn(u, f);
    else if (y !== undefined) put(u, f, y);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  // ---- one cell, taken apart ----------------------------------------------------------------
  const detail = make("section", "fmct-card fmct-detail");
  const which = make("div", "fmct-title");
  const sums = make("table", "fmct-sums");
  sums.setAttribute("aria-label", "The score of the chosen cell, term by term");
  const product = make("p", "fmct-product");
  const note = make("p", "fmct-note");
  detail.append(which, sums, product, note);
  const status = make("p", "fmct-status");
  status.setAttribute("role", "status");
  status.setAttribute("aria-live", "polite");

  function look(u, f) {
    seen = [u, f];
    for (const all of [cells, ...cards.map((card) => card.cells)]) {
      all.forEach((row, r) => row.forEach((td, c) => td.classList.toggle("looked", r === u && c === f)));
    }
    const y = clicks()[u][f];
    which.replaceChildren(make("b", "", pairName(u, f)), make("span", "fmct-hint", STATES[y]));
    const head = make("tr");
    const term = (name, index) => {
      const th = make("th");
      th.scope = "col";
      const italic = make("i", "", name);
      italic.append(make("sub", "", index));
      th.append(italic);
      return th;
    };
    const pairTerm = make("th", "", "pair term"), total = make("th", "", "score");
    pairTerm.scope = total.scope = "col";
    head.append(make("td"), term("w", "0"), term("w", rows[u]), term("w", columns[f]), pairTerm, total);
    const lines = MODELS.map(([name, , label]) => {
      const fit = fits[name], line = make("tr");
      const th = make("th", "", label);
      th.scope = "row";
      const pair = name === "linear" ? "none" : name === "poly-2" && y === 0 ? "0" : signed(fit.pair[u][f]);
      const numbers = [fit.w0, fit.rows[u], fit.columns[f]].map((n) => make("td", "", signed(n)));
      line.append(th, ...numbers, make("td", "own", pair), make("td", "sum", signed(score(fit, u, f))));
      return line;
    });
    sums.replaceChildren(head, ...lines);
    const { rowFactors, columnFactors } = fits.FM;
    product.classList.toggle("long", model.get("k") > 2); // room for two lines: nothing jumps
    product.replaceChildren(...productOf([rows[u], columns[f]], rowFactors[u], columnFactors[f], fits.FM.pair[u][f]));
    note.textContent = y === 0 ? neverShown(u, f) : `Shown, so all three models learn from it. The aim is ${MARKS[y]}.`;
  }
  function neverShown(u, f) {
    const t = truth()[u][f];
    const aim = t ? ` The whole pattern has ${MARKS[t]}.` : "";
    const fresh = clicks()[u].every((y) => y === 0) ? rows[u] : clicks().every((row) => row[f] === 0) ? columns[f] : "";
    if (fresh) return `${fresh} has no shown cell at all, so nothing moved its weight and its factors: they are 0 in every model.${aim}`;
    return `No row has this pair. Poly-2 has no weight for it and repeats the linear score. The FM multiplies factors learnt from other cells.${aim}`;
  }

  // ---- the models ----------------------------------------------------------------------------
  const cards = MODELS.map(([name, last, label]) => modelCard(name, names, letters, last, label));
  cards.forEach((card) => card.cells.forEach((row, u) => row.forEach((td, f) => {
    td.addEventListener("pointerenter", () => look(u, f));
    td.addEventListener("pointerdown", () => { at = [u, f]; roam(); look(u, f); });
  })));
  cells.forEach((row, u) => row.forEach((td, f) => td.addEventListener("pointerenter", () => look(u, f))));
  root.addEventListener("pointerleave", () => look(...at));

  const key = make("p", "fmct-legend");
  const keyed = (cls, sign, words) => key.append(make("span", `fmct-key ${cls}`, sign), ` ${words} `);
  keyed("wrong", "✗", "wrong sign, or none (0.0)");
  keyed("hidden", "✓", "never shown, filled in rightly");
  keyed("hidden borrowed", "", "poly-2 has no weight for this pair: it says the linear score");

  // ---- the same as text ----------------------------------------------------------------------
  const twin = make("details", "fmct-twin");
  const twinTable = make("table");
  const twinFactors = make("div");
  twin.append(make("summary", "", "The same as a table"), twinTable, twinFactors);
  function paintTwin() {
    const head = make("tr");
    for (const name of [...fields, "click", ...MODELS.map(([name]) => name)]) {
      const th = make("th", "", name);
      th.scope = "col";
      head.append(th);
    }
    const lines = clicks().flatMap((row, u) => row.map((y, f) => {
      const line = make("tr");
      const scores = MODELS.map(([name]) => signed(score(fits[name], u, f)));
      line.append(...[rows[u], columns[f], STATES[y], ...scores].map((text) => make("td", "", text)));
      return line;
    }));
    twinTable.replaceChildren(head, ...lines);
    const factors = [[rows, fits.FM.rowFactors], [columns, fits.FM.columnFactors]];
    twinFactors.replaceChildren(...factors.map(([names, all], n) => {
      const each = names.map((name, i) => `${name} (${all[i].map((number) => signed(number, 3)).join(", ")})`);
      return make("p", "", `v of each ${fields[n]}: ${each.join(", ")}`);
    }));
  }
  const top = make("div", "fmct-top");
  const side = make("div", "fmct-side");
  side.append(bar, detail);
  top.append(editor, side);
  const below = make("div", "fmct-models");
  below.append(...cards.map((card) => card.box));
  root.append(top, below, key, status, twin);

  // ---- all of it -----------------------------------------------------------------------------
  let fits = null;
  let counts = {};
  let seen = at;

  function paint() {
    const shown = clicks();
    fits = fitAll(shown, model.get("k"));
    root.fits = fits; // what a test compares with Python's
    MODELS.forEach(([name], n) => { counts[name] = cards[n].paint(fits[name], shown, truth()); });
    cards[2].heading.textContent = `FM, k = ${model.get("k")}`;
    shown.forEach((row, u) => row.forEach((y, f) => {
      const td = cells[u][f];
      td.textContent = MARKS[y];
      td.className = `fmct-click ${y > 0 ? "plus" : y < 0 ? "minus" : "hidden"}`;
      td.setAttribute("aria-label", `${rows[u]}, ${columns[f]}: ${STATES[y]}`);
    }));
    hider.disabled = !shown.flat().some((y) => y !== 0);
    paintPattern();
    paintK();
    look(...seen);
    paintTwin();
  }

  function tell(what) {
    const part = (words) => MODELS.map(([name, , label]) => `${label} ${words(counts[name])}`).join(", ");
    const { shown, hidden } = counts.linear;
    const filled = hidden ? ` Right on never-shown cells: ${part((of) => of.right)}, of ${hidden}.` : "";
    status.textContent = `${what} Wrong on shown cells: ${part((of) => of.wrong)}, of ${shown}.${filled}`;
  }

  roam();
  paint();
  tell("Ready.");
  const heard = ["clicks", "k", "pattern"].map((name) => `change:${name}`);
  const onChange = () => {
    if (own) return;
    paint();
    tell("Changed from outside."); // by Python, or in another view
  };
  for (const event of heard) model.on(event, onChange);
  return () => heard.forEach((event) => model.off(event, onChange));
}

export default { render };
