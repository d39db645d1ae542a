// Draws a figure with plotly.js. See plot.py for the messages.

const SHARED = Symbol.for("fmteach.plotly");
const ASK_AGAIN_MS = 4000;
const ASKS = 8;
// After a drawing the page rests this many times as long as the drawing took: a slow machine gets
// fewer pictures a second, and keeps its processor for the training.
const REST = 2;
const LONGEST_REST_MS = 1000;

// One per page, whatever the number of charts.
function page() {
  if (!globalThis[SHARED]) {
    const state = { lib: null, loading: false, askedAt: -Infinity };
    state.ready = new Promise((resolve) => (state.resolve = resolve));
    globalThis[SHARED] = state;
  }
  return globalThis[SHARED];
}

function ask(model) {
  const state = page();
  const now = performance.now();
  if (state.lib || state.loading || now - state.askedAt < ASK_AGAIN_MS - 100) return;
  state.askedAt = now;
  try {
    model.send({ kind: "plotly" });
  } catch {
    // A page without a kernel: the static drawing stays.
  }
}

async function load(bytes) {
  const state = page();
  if (state.lib || state.loading || !bytes) return;
  state.loading = true;
  const url = URL.createObjectURL(new Blob([bytes], { type: "text/javascript" }));
  const earlier = { define: window.define, Plotly: window.Plotly };
  window.define = undefined; // an AMD loader would take the library away from us
  try {
    await new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.onload = resolve;
      script.onerror = () => reject(new Error("plotly.js did not load"));
      script.src = url;
      document.head.append(script);
    });
    state.lib = window.Plotly;
    state.resolve(state.lib);
  } catch (problem) {
    console.error(problem);
  } finally {
    if (earlier.define === undefined) delete window.define;
    else window.define = earlier.define;
    if (earlier.Plotly === undefined) delete window.Plotly;
    else window.Plotly = earlier.Plotly;
    URL.revokeObjectURL(url);
    state.loading = false;
  }
}

const CONFIG = {
  displaylogo: false,
  displayModeBar: "hover",
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
  showSendToCloud: false,
  showTips: false,
  plotlyServerURL: "",
};

// Two panels side by side become two panels one above the other.
const NARROW_PX = 560;
const TALLER = 1.7;

function stacks(layout, width) {
  return width < NARROW_PX && !!layout.xaxis2?.domain && !layout.yaxis2?.domain;
}

function stacked(layout) {
  const out = structuredClone(layout);
  for (const [n, domain] of [["", [0.58, 1]], ["2", [0, 0.42]]]) {
    out[`xaxis${n}`] = { ...out[`xaxis${n}`], domain: [0, 1] };
    out[`yaxis${n}`] = { ...out[`yaxis${n}`], domain };
  }
  if (out.legend2?.y < 0) out.legend2.y /= TALLER; // as many pixels below the lower panel
  for (const note of out.annotations ?? []) {
    if (note.xref === "paper" && note.yref === "paper") {
      const [low, high] = layout[note.x < 0.5 ? "xaxis" : "xaxis2"].domain;
      note.y = note.x < 0.5 ? 0.58 + 0.42 * note.y : 0.42 * note.y;
      note.x = (note.x - low) / (high - low);
    }
  }
  return out;
}

// plotly keeps what the reader zoomed as long as an axis means the same: the same range asked for,
// the same quantity. (Without this it also keeps a fixed range that is asked for no longer.)
function meaning(axis) {
  return JSON.stringify([axis.range ?? "auto", axis.title?.text ?? "", axis.type ?? ""]);
}

// The page's colours and font over the figure's own layout.
function themed(layout, el, width, height) {
  const css = getComputedStyle(el);
  const value = (name, otherwise) => css.getPropertyValue(name).trim() || otherwise;
  const ink = value("--fm-text", "#212121");
  const faint = value("--fm-muted", "#5c5c5c");
  const grid = value("--fm-rule", "#e0e0e0");
  const rule = value("--fm-line", "#7d7d7d");
  const paper = value("--fm-bg", "#ffffff");
  const out = structuredClone(layout);
  out.margin = { l: 60, r: 20, t: 28, b: 48, ...out.margin };
  out.width = width;
  out.height = height;
  out.paper_bgcolor = out.plot_bgcolor = "rgba(0,0,0,0)";
  out.font = { size: 14, ...out.font, color: ink, family: value("--jp-ui-font-family", "sans-serif") };
  for (const name of ["legend", "legend2"]) {
    if (name === "legend" || out[name]) out[name] = { bgcolor: "rgba(0,0,0,0)", ...out[name] };
  }
  out.hoverlabel = {
    ...out.hoverlabel,
    bgcolor: paper,
    bordercolor: rule,
    font: { ...(out.hoverlabel || {}).font, color: ink, family: out.font.family },
  };
  out.modebar = {
    ...out.modebar,
    bgcolor: "rgba(0,0,0,0)",
    color: faint,
    activecolor: value("--fm-blue", "#006dab"),
  };
  out.uirevision = out.uirevision ?? "kept"; // zoom and hidden curves survive an update
  out.xaxis = out.xaxis || {};
  out.yaxis = out.yaxis || {};
  for (const name of Object.keys(out)) {
    if (/^[xy]axis\d*$/.test(name)) {
      out[name] = { uirevision: meaning(out[name]), ...out[name], gridcolor: grid, zerolinecolor: grid, linecolor: rule, tickcolor: rule };
    }
  }
  return out;
}

// On a dark page the darker colours of the palette are lifted to the same contrast.
const ON_DARK = {
  "#0072B2": "#3A9BE0", "#009E73": "#19B88C", "#D55E00": "#F07830", "#BD8200": "#E69F00",
  "#2F93CC": "#7CC8F2",
};

function lifted(trace) {
  if (document.body.dataset.jpThemeLight !== "false") return trace;
  const out = { ...trace };
  for (const part of ["line", "marker"]) {
    const colour = ON_DARK[trace[part]?.color];
    if (colour) out[part] = { ...trace[part], color: colour };
  }
  return out;
}

// Where the curves begin and end, in words: the name of a chart that has no status of its own.
function ends(traces) {
  const say = (value) => String(Number(value.toPrecision(3)));
  const parts = [];
  for (const { name, y, visible } of traces) {
    const values = name && visible !== false ? Array.from(y ?? []).filter(Number.isFinite) : [];
    if (values.length > 1) {
      parts.push(`${name}: ${values.length} points, from ${say(values[0])} to ${say(values.at(-1))}`);
    }
  }
  return parts.slice(0, 8).join("; ");
}

function unpack(view) {
  if (!view) return new Float32Array();
  const start = view.byteOffset || 0;
  // Copied: the view may start at an odd address, where no Float32Array can.
  return new Float32Array((view.buffer || view).slice(start, start + view.byteLength));
}

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "fmteach-plot";
  root.addEventListener("keydown", keepKey);
  const picture = document.createElement("div");
  picture.className = "fmteach-plot-picture";
  picture.setAttribute("role", "group");
  const fixed = document.createElement("div");
  fixed.className = "fmteach-plot-static";
  const canvas = document.createElement("div");
  const status = document.createElement("div");
  status.className = "fmteach-plot-status";
  status.setAttribute("role", "status");
  const note = document.createElement("div");
  note.className = "fmteach-plot-note";
  picture.append(fixed, canvas);
  root.append(picture, status, note);
  el.append(root);

  const curves = new Map();
  let traces = []; // what is drawn now
  let drawn = false;
  let dirty = false;
  let frame = 0;
  let rest = 0;
  let restUntil = 0;
  let busy = false;
  let gone = false;
  const timers = [];

  function words() {
    const text = model.get("status");
    if (status.textContent !== text) status.textContent = text; // spoken when it changes
    picture.setAttribute("aria-label", model.get("label"));
    named();
  }

  // The drawing is a picture with a name, and plotly's buttons stand beside it. What is in the
  // drawing, hundreds of ticks and marks, is of no use when it is read one by one.
  function named() {
    const text = model.get("status") || (drawn ? ends(traces) : "");
    const [first, ...rest] = picture.querySelectorAll(drawn ? ".main-svg" : "svg");
    first?.setAttribute("role", "img");
    first?.setAttribute("aria-label", text ? `${model.get("label")}. ${text}` : model.get("label"));
    for (const more of drawn ? [...rest, ...picture.querySelectorAll(".modebar svg")] : []) {
      more.setAttribute("aria-hidden", "true");
    }
  }

  function still() {
    if (drawn) return;
    fixed.innerHTML = model.get("svg");
    fixed.style.height = `${model.get("height")}px`;
    named();
  }

  function schedule() {
    dirty = true;
    if (frame || rest || gone) return;
    const wait = restUntil - performance.now();
    if (wait < 5) {
      frame = requestAnimationFrame(draw);
    } else {
      rest = setTimeout(() => {
        rest = 0;
        if (!frame && !gone) frame = requestAnimationFrame(draw);
      }, wait);
    }
  }

  async function draw() {
    frame = 0;
    const { lib } = page();
    // Nothing is drawn out of sight; the ResizeObserver calls again when there is room.
    if (!lib || gone || busy || root.clientWidth < 10) return;
    if (!curves.size && !drawn && needsData()) return;
    busy = true;
    dirty = false;
    const began = performance.now();
    const { data, layout } = figure();
    traces = data.map((trace, i) => lifted({ ...trace, ...curves.get(i) }));
    const narrow = stacks(layout, root.clientWidth);
    const height = model.get("height") * (narrow ? TALLER : 1);
    const look = themed(narrow ? stacked(layout) : layout, root, root.clientWidth, height);
    try {
      await lib.react(canvas, traces, look, CONFIG);
      if (!drawn) {
        drawn = true;
        fixed.remove();
        note.textContent = "";
      }
      named();
    } catch (problem) {
      console.error(problem);
    }
    const ended = performance.now();
    restUntil = ended + Math.min(REST * (ended - began), LONGEST_REST_MS);
    busy = false;
    if (dirty) schedule();
  }

  let parsed = null;
  function figure() {
    const spec = model.get("spec");
    if (parsed?.spec !== spec) parsed = { spec, figure: JSON.parse(spec) };
    return parsed.figure;
  }

  const needsData = () => figure().data.some((trace) => trace.x === undefined);

  function onMessage(content, buffers) {
    if (content.kind === "plotly") load(buffers[0]);
    if (content.kind !== "data" || content.rev !== figure().rev) return;
    const numbers = unpack(buffers[0]);
    let at = 0;
    for (const [index, count] of content.traces) {
      curves.set(index, {
        x: numbers.subarray(at, at + count),
        y: numbers.subarray(at + count, at + 2 * count),
      });
      at += 2 * count;
    }
    schedule();
  }

  function onFigure() {
    curves.clear(); // the numbers of the new figure follow in the next message
  }

  function askForData() {
    try {
      model.send({ kind: "ready" });
    } catch {
      // no kernel
    }
  }

  words();
  still();
  model.on("msg:custom", onMessage);
  model.on("change:spec", onFigure);
  model.on("change:height", schedule);
  model.on("change:status", words);
  model.on("change:label", words);
  model.on("change:svg", still);

  const room = new ResizeObserver(schedule);
  room.observe(root);
  const theme = new MutationObserver(() => {
    schedule();
    timers.push(setTimeout(schedule, 400)); // the style sheet of a new theme may come later
  });
  theme.observe(document.body, {
    attributes: true,
    attributeFilter: ["data-jp-theme-name", "data-jp-theme-light"],
  });

  ask(model);
  askForData();
  page().ready.then(schedule);
  let asks = 0;
  const again = setInterval(() => {
    if (drawn || ++asks > ASKS) return clearInterval(again);
    note.textContent = "Static picture: no running kernel has answered yet.";
    ask(model);
    askForData();
  }, ASK_AGAIN_MS);

  return () => {
    gone = true;
    clearInterval(again);
    timers.forEach(clearTimeout);
    cancelAnimationFrame(frame);
    clearTimeout(rest);
    room.disconnect();
    theme.disconnect();
    model.off("msg:custom", onMessage);
    model.off("change:spec", onFigure);
    model.off("change:height", schedule);
    model.off("change:status", words);
    model.off("change:label", words);
    model.off("change:svg", still);
    page().lib?.purge(canvas);
  };
}

export default { render };
