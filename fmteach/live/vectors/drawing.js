// The plane: axes, arrows with a tip to grab, and what is drawn around the chosen pair.

const SVG = "http://www.w3.org/2000/svg";
const SIZE = 460;
const UNIT = 98; // pixels of 1
const MIDDLE = SIZE / 2;
const NARROW = 20; // degrees: below, there is no room for a number between two arrows
const EDGE = { lane: 58, foot: 44 };
const LETTER = 9.6; // pixels of a letter of a name, at most, about

function node(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// A marker of its own for each feature, so that it is known without its colour.
const MARKS = [
  "M-9 0a9 9 0 1 0 18 0a9 9 0 1 0 -18 0Z",
  "M-8 -8h16v16h-16Z",
  "M0 -11L11 8H-11Z",
  "M0 -12L12 0L0 12L-12 0Z",
  "M0 11L11 -8H-11Z",
  "M-4 -11h8v7h7v8h-7v7h-8v-7h-7v-8h7Z",
];

function icon(n) {
  const drawn = node("svg", { viewBox: "-13 -13 26 26", width: 16, height: 16, "aria-hidden": "true" });
  drawn.append(node("path", { d: MARKS[n], class: "fmv-mark" }));
  return drawn;
}

// Where things stand. With one factor every arrow has a line of its own: how high it stands means
// nothing, but on one common line the arrows would cover each other.
function layout(d, k) {
  const lane = (n) => EDGE.lane + (n * (SIZE - EDGE.lane - EDGE.foot - 30)) / Math.max(1, d - 1);
  const base = (n) => (k === 2 ? MIDDLE : lane(n));
  return {
    base,
    at: (tip, n) => [MIDDLE + tip[0] * UNIT, base(n) - (k === 2 ? tip[1] * UNIT : 0)],
    tip: (px, py, n) => [(px - MIDDLE) / UNIT, k === 2 ? (base(n) - py) / UNIT : 0],
  };
}

function grid(k) {
  const parts = [];
  const label = (x, y, text, anchor = "middle") => node("text", { x, y, "text-anchor": anchor }, text);
  if (k === 2) {
    for (const r of [1, 2]) parts.push(node("circle", { cx: MIDDLE, cy: MIDDLE, r: r * UNIT }));
    parts.push(node("path", { d: `M12 ${MIDDLE}H${SIZE - 12}M${MIDDLE} 12V${SIZE - 12}` }));
    for (const n of [-2, -1, 1, 2]) {
      parts.push(label(MIDDLE + n * UNIT, MIDDLE + 19, plain(n)));
      parts.push(label(MIDDLE - 8, MIDDLE - n * UNIT + 5, plain(n), "end"));
    }
    parts.push(label(MIDDLE + 8, 22, "factor 2 ↑", "start"), label(SIZE - 6, MIDDLE - 10, "factor 1 →", "end"));
  } else {
    const foot = SIZE - EDGE.foot + 14;
    parts.push(node("path", { d: `M12 ${foot}H${SIZE - 12}M${MIDDLE} 20V${foot + 6}` }));
    for (const n of [-2, -1, 0, 1, 2]) {
      parts.push(node("path", { d: `M${MIDDLE + n * UNIT} ${foot - 4}v8` }));
      parts.push(label(MIDDLE + n * UNIT, foot + 22, plain(n)));
    }
    parts.push(label(SIZE - 6, foot - 10, "factor 1 →", "end"));
  }
  return parts;
}

function arrowPath([x0, y0], [x1, y1]) {
  const long = Math.hypot(x1 - x0, y1 - y0);
  if (long < 1) return "";
  const [ux, uy] = [(x1 - x0) / long, (y1 - y0) / long];
  const end = Math.max(0, long - 10);
  return `M${x0.toFixed(1)} ${y0.toFixed(1)}L${(x0 + ux * end).toFixed(1)} ${(y0 + uy * end).toFixed(1)}`;
}

// The angle between the two chosen arrows, and the second one's shadow on the first.
function between(a, b, k) {
  const found = angleOf(a, b, k);
  if (!found || k === 1) return [];
  const parts = [];
  const [from, to] = [Math.atan2(a[1], a[0]), Math.atan2(b[1], b[0])];
  let sweep = to - from;
  if (sweep > Math.PI) sweep -= 2 * Math.PI;
  if (sweep < -Math.PI) sweep += 2 * Math.PI;
  const r = Math.min(34, Math.max(16, (Math.min(found.long, found.other) * UNIT) / 2));
  const point = (angle, radius) => [MIDDLE + radius * Math.cos(angle), MIDDLE - radius * Math.sin(angle)];
  const [p, q] = [point(from, r), point(to, r)];
  if (found.degrees >= NARROW) {
    parts.push(node("path", { class: "angle", d: `M${p}A${r} ${r} 0 0 ${sweep > 0 ? 0 : 1} ${q}` }));
    const [tx, ty] = point(from + sweep / 2, r + 20);
    parts.push(node("text", { class: "angle-word", x: tx, y: ty + 5, "text-anchor": "middle" }, `${fixed(found.degrees, 0)}°`));
  }
  const share = dot(a, b, 2) / (found.long * found.long);
  const foot = [MIDDLE + a[0] * share * UNIT, MIDDLE - a[1] * share * UNIT];
  const tip = [MIDDLE + b[0] * UNIT, MIDDLE - b[1] * UNIT];
  parts.push(node("path", { class: "shadow", d: `M${MIDDLE} ${MIDDLE}L${foot}` }));
  parts.push(node("path", { class: "drop", d: `M${tip}L${foot}` }));
  return parts;
}

// How wide the names are, bold: measured once the widget has its font.
function measured(texts, root) {
  const family = root.isConnected ? getComputedStyle(root).fontFamily : "";
  const pen = family ? document.createElement("canvas").getContext("2d") : null;
  if (pen) pen.font = `700 15px ${family}`;
  return { sure: Boolean(pen), widths: texts.map((text) => (pen ? pen.measureText(text).width : text.length * LETTER)) };
}

// Puts each name where it covers least: above, below, or beside its own tip. angle: where the
// number of degrees stands.
function placeNames(spots, k, angle) {
  const taken = spots.map(({ at: [x, y] }) => [x - 12, y - 12, x + 12, y + 12]);
  for (const n of k === 2 ? [-2, -1, 1, 2] : []) { // the numbers of the axes
    const [x, y] = [MIDDLE + n * UNIT, MIDDLE - n * UNIT];
    taken.push([x - 10, MIDDLE + 6, x + 10, MIDDLE + 22], [MIDDLE - 26, y - 8, MIDDLE - 6, y + 8]);
  }
  if (k === 2) taken.push([MIDDLE + 6, 8, MIDDLE + 84, 26], [SIZE - 82, MIDDLE - 24, SIZE - 4, MIDDLE - 5]); // theirs
  if (angle) taken.push([angle[0] - 20, angle[1] - 15, angle[0] + 20, angle[1] + 5]);
  // Points on the arrows: a name on a line can be read, but not well.
  const dots = spots.flatMap(({ at: [x, y], from: [a, b] }) => {
    const count = Math.ceil(Math.hypot(x - a, y - b) / 12);
    return Array.from({ length: count }, (_, n) => [a + ((x - a) * n) / count, b + ((y - b) * n) / count]);
  });
  return spots.map(({ at: [x, y], wide: w, out }) => {
    const h = 18;
    const options = [
      [x - w / 2, y + (out[1] > 0 ? 15 : -15 - h)], [x - w / 2, y + (out[1] > 0 ? -15 - h : 15)],
      [x + 16, y - h / 2], [x - 16 - w, y - h / 2],
      [x + 10, y - 14 - h], [x - 10 - w, y - 14 - h], [x + 10, y + 14], [x - 10 - w, y + 14],
    ].map(([left, top]) => [Math.min(Math.max(left, 2), SIZE - w - 2), Math.min(Math.max(top, 2), SIZE - h - 2)]);
    const cost = ([left, top]) =>
      25 * dots.filter(([a, b]) => a > left && a < left + w && b > top && b < top + h).length +
      taken.reduce((sum, [l, t, r, b]) => {
        const across = Math.min(left + w, r) - Math.max(left, l);
        const along = Math.min(top + h, b) - Math.max(top, t);
        return sum + Math.max(0, across) * Math.max(0, along);
      }, 0);
    let best = options[0];
    let least = cost(best);
    for (const option of options.slice(1)) {
      const now = cost(option);
      if (now < least - 0.5) [best, least] = [option, now];
    }
    taken.push([best[0], best[1], best[0] + w, best[1] + h]);
    return [best[0] + w / 2, best[1] + h - 4];
  });
}
