// The init scale: a slider, the first gradient and the loss against it, and the curve of the chosen
// training. Every number comes from Python at once (init_scale.py); this file only draws.

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 520;
const LEFT = 62;
const RIGHT = 504;
const TICKS = [[0, "0"], [1, "10⁻⁴"], [4, "10⁻³"], [7, "10⁻²"], [10, "0.1"], [13, "1"], [16, "10"]];
const LOW = 0;
const HIGH = 0.5;

function shape(name, attributes, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

const number = (value) =>
  value < 100 ? String(Number(value.toPrecision(2))) : Math.round(value).toLocaleString("en-US");

function render({ model, el }) {
  const data = JSON.parse(model.get("data"));
  const last = data.scales.length - 1;
  const root = make("section", "fmi fm-box");
  root.setAttribute("aria-label", "Init scale");
  root.addEventListener("keydown", keepKey);
  root.innerHTML = `
    <div class="fmi-bar">
      <label class="fmi-slide"><span>Init scale</span>
        <input type="range" min="0" max="${last}" step="1"><output></output></label>
      <label>Loss after <select aria-label="Loss after"></select></label>
      <button type="button">Start over</button>
    </div>
    <p class="fmi-says" role="status" aria-live="polite"></p>
    <div class="fmi-body"><div class="fmi-left"></div><div class="fmi-right"></div></div>
    <details class="fmi-text"><summary>As text</summary>
      <div class="fmi-scroll" tabindex="0" role="region" aria-label="As text"><table></table></div></details>`;
  el.append(root);
  const find = (selector) => root.querySelector(selector);
  const [slider, output, select, says] = ["input", "output", "select", ".fmi-says"].map(find);
  for (const steps of Object.keys(data.after)) select.append(new Option(`${steps} steps`, steps));

  const set = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    try {
      model.save_changes();
    } catch {
      // A page without a kernel draws all the same.
    }
  };
  slider.oninput = () => set({ position: Number(slider.value) });
  select.onchange = () => set({ after: Number(select.value) });
  find("button").onclick = () => set({ position: data.first, after: 100 });

  // ---- places ------------------------------------------------------------------------------

  // 0 has a place of its own, left of a break: no logarithm reaches it.
  const across = (n) => (n === 0 ? LEFT + 18 : LEFT + 66 + ((n - 1) / (last - 1)) * (RIGHT - LEFT - 76));
  const between = (low, high, top, bottom) => (value) =>
    bottom - ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * (bottom - top);

  function frame(box, title, ticks, bottomTicks, up, top, bottom) {
    const svg = shape("svg", { viewBox: `0 0 ${WIDE} ${bottom + 46}`, role: "img", "aria-label": title });
    svg.append(shape("text", { x: LEFT, y: top - 12, class: "title" }, title));
    for (const [value, name] of ticks) {
      svg.append(shape("path", { d: `M${LEFT} ${up(value)}H${RIGHT}`, class: "grid gridlayer" }));
      svg.append(shape("text", { x: LEFT - 8, y: up(value) + 5, class: "end" }, name));
    }
    for (const [at, name] of bottomTicks) {
      svg.append(shape("text", { x: at, y: bottom + 20, class: "middle" }, name));
    }
    svg.append(shape("path", { d: `M${LEFT} ${top}V${bottom}H${RIGHT}`, class: "axis" }));
    const marks = shape("g", {});
    svg.append(marks);
    box.append(svg);
    return { svg, marks, up, top, bottom };
  }

  const scaleTicks = TICKS.map(([n, name]) => [across(n), name]);
  const powers = [-4, -2, 0, 2, 4];
  const log = (value) => Math.log10(Math.max(value, 1e-5));
  const upLog = between(-5, 4.6, 34, 170);
  const gradientChart = frame(
    find(".fmi-left"), "Norm of the gradient of V, first step",
    powers.map((p) => [p, ["10⁻⁴", "0.01", "1", "100", "10⁴"][powers.indexOf(p)]]),
    scaleTicks, upLog, 34, 170,
  );
  const losses = [0, 0.1, 0.2, 0.3, 0.4, 0.5].map((value) => [value, String(value)]);
  const lossChart = frame(
    find(".fmi-left"), "Loss after 100 steps", losses, scaleTicks, between(LOW, HIGH, 34, 170), 34, 170,
  );
  lossChart.svg.append(shape("text", { x: (LEFT + RIGHT) / 2, y: 210, class: "middle" }, "init scale"));
  const steps = [0, 100, 200, 300];
  const along = (step) => LEFT + (step / data.steps) * (RIGHT - LEFT - 8);
  const curveChart = frame(
    find(".fmi-right"), "Loss, step by step", losses, steps.map((s) => [along(s), String(s)]),
    between(LOW, HIGH, 34, 386), 34, 386,
  );
  curveChart.svg.append(shape("text", { x: (LEFT + RIGHT) / 2, y: 426, class: "middle" }, "step"));
  for (const { svg, top, bottom } of [gradientChart, lossChart]) {
    const gap = (across(0) + across(1)) / 2;
    svg.append(shape("path", { d: `M${gap - 5} ${bottom + 5}l4 -10M${gap + 1} ${bottom + 5}l4 -10`, class: "axis" }));
    const cover = shape("rect", { x: LEFT, y: top, width: RIGHT - LEFT, height: bottom - top, class: "cover" });
    // A click beside the slider's own places goes to the nearest one.
    cover.addEventListener("click", (event) => {
      const box = svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * WIDE;
      const places = data.scales.map((_, n) => Math.abs(across(n) - x));
      set({ position: places.indexOf(Math.min(...places)) });
    });
    svg.append(cover);
  }

  // ---- drawing -----------------------------------------------------------------------------

  const dot = (x, y, name) => shape("circle", { cx: x, cy: y, r: 4, class: name });
  const path = (points) => points.map(([x, y], n) => `${n ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  const triangle = (x, y, name) => shape("path", { d: `M${x - 6} ${y + 9}l6 -10l6 10z`, class: name });

  function chosenLine(chart, n) {
    return shape("path", { d: `M${across(n)} ${chart.top}V${chart.bottom}`, class: "chosen-line" });
  }

  function drawGradients(n) {
    const { marks, up, bottom } = gradientChart;
    marks.replaceChildren(chosenLine(gradientChart, n));
    const points = data.gradients.map((value, at) => [across(at), up(log(value))]);
    marks.append(shape("path", { d: path(points.slice(1)), class: "line" }));
    points.forEach(([x, y], at) => {
      marks.append(dot(x, at === 0 ? bottom : y, at === 0 ? "hollow" : "dot"));
    });
    marks.append(shape("circle", { cx: points[n][0], cy: n ? points[n][1] : bottom, r: 8, class: "chosen" }));
  }

  function drawLosses(n) {
    const { marks, up, top, svg } = lossChart;
    const values = data.after[model.get("after")];
    svg.querySelector(".title").textContent = `Loss after ${model.get("after")} steps`;
    svg.setAttribute("aria-label", `Loss after ${model.get("after")} steps, against the init scale`);
    marks.replaceChildren(chosenLine(lossChart, n));
    const flat = up(values[0]);
    marks.append(shape("path", { d: `M${LEFT} ${flat}H${RIGHT}`, class: "reference" }));
    const inside = (value) => value !== null && value <= HIGH;
    const line = values.map((value, at) => [across(at), value]).filter(([, value], at) => at && inside(value));
    marks.append(shape("path", { d: path(line.map(([x, value]) => [x, up(value)])), class: "line" }));
    values.forEach((value, at) => {
      const x = across(at);
      marks.append(inside(value) ? dot(x, up(value), at ? "dot" : "hollow") : triangle(x, top, "outside"));
    });
    const y = inside(values[n]) ? up(values[n]) : top + 5;
    marks.append(shape("circle", { cx: across(n), cy: y, r: 8, class: "chosen" }));
    if (values.some((value) => !inside(value))) {
      marks.append(shape("text", { x: RIGHT, y: top + 26, class: "end note" }, "▲ above 0.5"));
    }
  }

  function drawCurve(n) {
    const { marks, up, top } = curveChart;
    const pointsOf = (curve) => curve.map((value, at) => [along(at * data.every), value]);
    marks.replaceChildren();
    const draw = (curve, name) => {
      const points = pointsOf(curve);
      const first = points.findIndex(([, value]) => value <= HIGH);
      if (first < 0) return;
      // Where the curve comes in from above, it is cut at the edge and not bent.
      const shown = points.slice(first).map(([x, value]) => [x, up(value)]);
      if (first > 0) {
        const [[x0, v0], [x1, v1]] = [points[first - 1], points[first]];
        shown.unshift([x0 + ((v0 - HIGH) / (v0 - v1)) * (x1 - x0), top]);
      }
      marks.append(shape("path", { d: path(shown), class: name }));
    };
    draw(data.curves[0], "reference");
    const flat = data.curves[0].at(-1);
    marks.append(shape("text", { x: RIGHT, y: up(flat) - 9, class: "end note" }, `V = 0: ${flat.toFixed(3)}`));
    const curve = data.curves[n];
    if (n) draw(curve, "line bold");
    const explodes = curve.length * data.every <= data.steps;
    const end = curve.at(-1);
    if (explodes) {
      marks.append(triangle(along((curve.length - 1) * data.every), top, "outside"));
      marks.append(shape("text", { x: LEFT + 26, y: top + 26, class: "note big" }, `scale ${data.scales[n]}: explodes`));
    } else if (n) {
      const y = Math.max(up(end), top + 4);
      marks.append(shape("circle", { cx: along(data.steps), cy: y, r: 6, class: "dot" }));
      const low = Math.abs(up(end) - up(flat)) < 26 ? up(flat) + 24 : y + 24;
      marks.append(shape("text", { x: RIGHT, y: low, class: "end note big" }, `scale ${data.scales[n]}: ${end.toFixed(3)}`));
    }
    curveChart.svg.setAttribute("aria-label", `Loss, step by step. ${data.says[n]}`);
  }

  function table() {
    const head = make("tr");
    for (const name of ["init scale", "gradient norm", ...Object.keys(data.after).map((s) => `loss after ${s}`)]) {
      const th = make("th", "", name);
      th.scope = "col";
      head.append(th);
    }
    const lines = data.scales.map((scale, n) => {
      const line = make("tr", n === model.get("position") ? "here" : "");
      const th = make("th", "", String(scale));
      th.scope = "row";
      line.append(th, make("td", "", number(data.gradients[n])));
      for (const values of Object.values(data.after)) {
        line.append(make("td", "", values[n] === null ? "explodes" : values[n].toFixed(3)));
      }
      return line;
    });
    find("table").replaceChildren(head, ...lines);
  }

  function paint() {
    const n = model.get("position");
    slider.value = n;
    output.textContent = String(data.scales[n]);
    slider.setAttribute("aria-valuetext", `init scale ${data.scales[n]}`);
    select.value = String(model.get("after"));
    says.textContent = data.says[n];
    drawGradients(n);
    drawLosses(n);
    drawCurve(n);
    table();
  }
  paint();
  model.on("change:position", paint);
  model.on("change:after", paint);
  return () => {
    model.off("change:position", paint);
    model.off("change:after", paint);
  };
}

export default { render };
