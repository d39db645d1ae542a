// The map of the factors: points, the chosen film, its nearest ones. All data is in the trait `data`, so
// choosing needs no kernel. See film_map.py.

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = ["circle", "square", "triangle", "diamond", "down", "cross", "other"];
const PAD = { left: 34, right: 18, top: 14, bottom: 34 };
const HEIGHT = 560;
const LANDMARKS = 16;
const ZOOMERS = { width: 80, height: 44 }; // the two buttons in the corner: no name under them
const CLOSE_PX = 16; // a pointer this near to a point means it

function node(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// The outline of a marker of radius r around 0 0; all have about the same area.
function outline(shape, r) {
  const n = (value) => value.toFixed(1);
  if (shape === "square") return `M${n(-r * 0.88)} ${n(-r * 0.88)}h${n(r * 1.76)}v${n(r * 1.76)}h${n(-r * 1.76)}Z`;
  if (shape === "diamond") return `M0 ${n(-r * 1.25)}L${n(r * 1.25)} 0L0 ${n(r * 1.25)}L${n(-r * 1.25)} 0Z`;
  if (shape === "triangle") return `M0 ${n(-r * 1.25)}L${n(r * 1.2)} ${n(r * 0.9)}H${n(-r * 1.2)}Z`;
  if (shape === "down") return `M0 ${n(r * 1.25)}L${n(r * 1.2)} ${n(-r * 0.9)}H${n(-r * 1.2)}Z`;
  if (shape === "cross") {
    const a = r * 1.2, b = r * 0.45;
    return `M${n(-b)} ${n(-a)}h${n(2 * b)}v${n(a - b)}h${n(a - b)}v${n(2 * b)}h${n(b - a)}v${n(a - b)}h${n(-2 * b)}v${n(b - a)}h${n(b - a)}v${n(-2 * b)}h${n(a - b)}Z`;
  }
  return `M${n(-r)} 0a${n(r)} ${n(r)} 0 1 0 ${n(2 * r)} 0a${n(r)} ${n(r)} 0 1 0 ${n(-2 * r)} 0Z`;
}

function render({ model, el }) {
  const root = make("div", "fmf fmf-map fm-box");
  root.addEventListener("keydown", keepKey);
  el.append(root);
  let parsed = null;
  function data() {
    const source = model.get("data");
    if (parsed?.source !== source) {
      const read = JSON.parse(source);
      read.groups = read.set.map((n) => read.sets[n]);
      read.mean = read.mean.map((hundredths) => (hundredths / 100).toFixed(2));
      parsed = { source, read };
    }
    return parsed.read;
  }

  // ---- controls ----------------------------------------------------------------------------
  const bar = make("div", "fmf-bar");
  const search = searchBox({
    label: `Find a ${data().field}`,
    hint: "type a part of its name",
    suggest(text, show) {
      const { names, counts } = data();
      const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
      const found = [];
      for (let i = 0; i < names.length && found.length < 8; i += 1) {
        const name = names[i].toLowerCase();
        if (wanted.every((word) => name.includes(word))) {
          found.push({ text: names[i], note: `${counts[i]}`, value: i });
        }
      }
      show(found);
    },
    choose: select,
  });
  const axes = ["across", "up"].map((trait) => {
    const box = make("label", "fmf-pick", trait === "across" ? "Across" : "Up");
    const menu = make("select");
    menu.onchange = () => set(trait, Number(menu.value));
    box.append(menu);
    return { trait, box, menu };
  });
  const reset = make("button", "fmf-button", "Reset");
  reset.type = "button";
  reset.onclick = () => {
    view = { zoom: 1, x: 0, y: 0 };
    model.set("across", 0);
    model.set("up", Math.min(1, data().axes.length - 1));
    model.set("selected", data().first);
    save();
    draw();
  };
  bar.append(search.root, ...axes.map((a) => a.box), reset);

  // ---- the picture and what stands beside it -------------------------------------------------
  const legend = make("div", "fmf-legend");
  const picture = make("div", "fmf-picture");
  // "application": a screen reader leaves the arrow keys to it. It is named by what it shows, and what
  // it shows is spoken by the text beside it, so its parts are silent.
  const canvas = node("svg", {
    class: "fmf-canvas", role: "application", "aria-roledescription": "map", tabindex: "0",
  });
  const grid = node("g", { class: "fmf-grid" });
  const points = node("g", { class: "fmf-points" });
  const links = node("g", { class: "fmf-links" });
  const chosen = node("g", { class: "fmf-chosen" });
  const words = node("g", { class: "fmf-words" });
  const frame = node("rect", { x: PAD.left, y: 1 });
  const clip = node("clipPath", { id: ownId("clip") }, frame); // zoomed in, no point lies on the axis
  for (const layer of [grid, points, links, chosen, words]) layer.setAttribute("aria-hidden", "true");
  for (const layer of [points, links, chosen]) layer.setAttribute("clip-path", `url(#${clip.id})`);
  canvas.append(clip, grid, points, links, chosen, words);
  const tip = make("div", "fmf-tip");
  tip.hidden = true;
  const zoomers = make("div", "fmf-zoom");
  for (const [text, title, factor] of [["+", "Zoom in", 1.6], ["−", "Zoom out", 1 / 1.6]]) {
    const button = make("button", "", text);
    button.type = "button";
    button.title = title;
    button.setAttribute("aria-label", title);
    button.onclick = () => zoomAt(...middle(), factor);
    zoomers.append(button);
  }
  picture.append(canvas, tip, zoomers);
  const side = make("div", "fmf-side");
  const about = make("div", "fmf-about");
  about.setAttribute("aria-live", "polite");
  const list = make("ol", "fmf-near");
  side.append(about, list);
  const split = make("div", "fmf-split");
  split.append(picture, side);
  const note = make("p", "fmf-note");
  const twin = make("details", "fmf-twin");
  twin.append(make("summary", "", "The same as text"), make("pre"));
  twin.lastChild.tabIndex = 0; // it may be wider than the page
  root.append(bar, legend, split, note, twin);

  let size = { width: 700, height: HEIGHT };
  let view = { zoom: 1, x: 0, y: 0 }; // x, y: what lies in the middle, in units of the map
  let marks = [];

  function save() {
    try {
      model.save_changes();
    } catch {
      // a page without a kernel: the picture is whole all the same
    }
  }

  function set(trait, value) {
    if (model.get(trait) === value) return;
    model.set(trait, value);
    save();
    draw();
  }

  function select(i) {
    set("selected", data().names[i]);
  }

  const told = (n) => (data().measure ? `${data().measure} ${data().mean[n]}` : "");
  const current = () => data().names.indexOf(model.get("selected"));

  // From the numbers of the two axes (-1000..1000, one scale for both) to pixels.
  function scales() {
    const { axes: all } = data();
    const [a, b] = [all[model.get("across")], all[model.get("up")]];
    const room = { x: size.width - PAD.left - PAD.right, y: size.height - PAD.top - PAD.bottom };
    // One unit is as long across as up, or distances would lie.
    const unit = Math.min(room.x / (a.high - a.low), room.y / (b.high - b.low)) * 0.94 * view.zoom;
    const middle = { x: (a.low + a.high) / 2 + view.x, y: (b.low + b.high) / 2 + view.y };
    return {
      a, b, unit,
      x: (value) => PAD.left + room.x / 2 + (value - middle.x) * unit,
      y: (value) => PAD.top + room.y / 2 - (value - middle.y) * unit,
    };
  }

  function build() {
    const { names, counts, main, kinds } = data();
    const most = Math.max(...counts);
    marks = names.map((_, i) => {
      const kind = main[i] < 0 ? SHAPES.length - 1 : main[i];
      const r = 2.6 + 7.4 * Math.sqrt(counts[i] / most);
      const mark = node("path", { d: outline(SHAPES[kind], r), class: `k${kind}` });
      return { mark, r, kind };
    });
    // The small ones last: they would vanish under the large ones.
    points.replaceChildren(...marks.map((m) => m.mark));
    const entries = [...kinds.map((name, i) => [name, i]), ...(main.includes(-1) && kinds.length ? [["other", 6]] : [])];
    legend.replaceChildren(
      ...entries.map(([name, kind]) => {
        const item = make("span");
        const icon = node("svg", { viewBox: "-9 -9 18 18", width: 18, height: 18, "aria-hidden": "true" });
        icon.append(node("path", { d: outline(SHAPES[kind], 6), class: `k${kind}` }));
        item.append(icon, name);
        return item;
      }),
      make("span", "fmf-faint", "larger: more ratings"),
    );
    legend.lastChild.textContent = `larger: more ${data().counted}`;
    for (const { trait, menu } of axes) {
      menu.replaceChildren(
        ...data().axes.map((axis, i) => {
          const option = make("option", "", `axis ${i + 1} (${axis.share} %)`);
          option.value = i;
          return option;
        }),
      );
      menu.value = model.get(trait);
    }
  }

  const short = (name) => {
    const cut = name.replace(/ \((?!\d{4}\))[^)]*\)/g, "").replace(/^(.*), (The|A|An) \(/, "$2 $1 (");
    return cut.length > 41 ? `${cut.slice(0, 39)}…` : cut;
  };

  // Puts a label beside its point where it covers no other label and stays inside; false: no room.
  function label(taken, text, x, y, r, className, must) {
    const width = text.length * { landmark: 6.4, near: 7.6, self: 8.9 }[className] + 6;
    const height = className === "landmark" ? 15 : 18;
    const spots = [];
    for (const away of must ? [0, 14, 30, 48, 70, 95] : [0]) {
      const gap = r + 4 + away;
      spots.push(
        [x + gap, y - height / 2], [x - gap - width, y - height / 2],
        [x - width / 2, y - gap - height], [x - width / 2, y + gap],
        [x + gap * 0.7, y - gap * 0.7 - height], [x - gap * 0.7 - width, y - gap * 0.7 - height],
        [x + gap * 0.7, y + gap * 0.7], [x - gap * 0.7 - width, y + gap * 0.7],
      );
    }
    const within = ([left, top]) =>
      left > PAD.left && left + width < size.width - 2 && top > 2 && top + height < size.height - PAD.bottom + 6;
    const covered = ([left, top]) => taken.reduce((sum, o) => {
      const across = Math.min(left + width, o.right) - Math.max(left, o.left);
      const along = Math.min(top + height, o.bottom) - Math.max(top, o.top);
      return sum + Math.max(0, across) * Math.max(0, along);
    }, 0);
    const inner = spots.filter(within);
    let spot = inner.find((s) => covered(s) === 0) ?? null;
    // Where no place is free: the one that covers least, never one outside the picture.
    if (!spot && must && inner.length) spot = inner.reduce((a, b) => (covered(b) < covered(a) ? b : a));
    if (!spot) return;
    const [left, top] = spot;
    taken.push({ left, top, right: left + width, bottom: top + height });
    const middle = { x: left + width / 2, y: top + height / 2 };
    if (must && Math.hypot(Math.max(0, Math.abs(middle.x - x) - width / 2), Math.max(0, Math.abs(middle.y - y) - height / 2)) > r + 12) {
      const end = { x: Math.min(Math.max(x, left), left + width), y: Math.min(Math.max(y, top + 3), top + height - 3) };
      words.append(node("path", { class: "leader", d: `M${x} ${y}L${end.x} ${end.y}` }));
    }
    words.append(
      node("text", { class: className, x: middle.x, y: middle.y + 5, "text-anchor": "middle" }, text),
    );
  }

  function draw() {
    const d = data();
    const s = scales();
    const at = d.names.map((_, i) => [s.x(s.a.values[i]), s.y(s.b.values[i])]);
    place = at;
    canvas.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
    canvas.style.height = `${size.height}px`;
    frame.setAttribute("width", size.width - PAD.left);
    frame.setAttribute("height", size.height - PAD.bottom);
    const i = current();
    const near = i < 0 ? [] : d.near[i];
    const lit = new Set([i, ...near]);
    root.classList.toggle("has-choice", i >= 0);
    marks.forEach(({ mark }, n) => {
      mark.setAttribute("transform", `translate(${at[n][0].toFixed(1)} ${at[n][1].toFixed(1)})`);
      mark.classList.toggle("lit", lit.has(n));
    });
    // axes through the mean of all films, and words at their ends
    const [x0, y0] = [s.x(0), s.y(0)];
    const right = size.width - PAD.right, bottom = size.height - PAD.bottom;
    grid.replaceChildren(
      node("path", { d: `M${PAD.left} ${y0}H${right}M${x0} ${PAD.top}V${bottom}` }),
    );
    const end = (text, x, y, anchor, turn) => {
      if (!text) return;
      grid.append(node("text", { x, y, "text-anchor": anchor, ...(turn ? { transform: `rotate(-90 ${x} ${y})` } : {}) }, text));
    };
    const title = (axis, n) => `axis ${n + 1} (${axis.share} %)`;
    const room = { x: size.width / 8.2, y: size.height / 8.2 }; // letters
    // As many of the words as there is room for, the first always.
    const fit = (names, letters) => {
      let kept = names.length;
      while (kept > 1 && names.slice(0, kept).join(", ").length > letters) kept -= 1;
      return names.slice(0, kept).join(", ");
    };
    const three = (axis, n, letters) => {
      const middle = title(axis, n);
      const each = Math.floor((letters - middle.length - 8) / 2);
      return [axis.low_words.length ? `← ${fit(axis.low_words, each)}` : "", middle, axis.high_words.length ? `${fit(axis.high_words, each)} →` : ""];
    };
    const [l, m, h] = three(s.a, model.get("across"), room.x);
    end(l, PAD.left, size.height - 10, "start");
    end(m, (PAD.left + right) / 2, size.height - 10, "middle");
    end(h, right, size.height - 10, "end");
    const [lo, mid, hi] = three(s.b, model.get("up"), room.y);
    end(lo, 18, bottom, "start", true);
    end(mid, 18, (PAD.top + bottom) / 2, "middle", true);
    end(hi, 18, PAD.top, "end", true);

    links.replaceChildren(...near.map((n) => node("path", { d: `M${at[i][0]} ${at[i][1]}L${at[n][0]} ${at[n][1]}` })));
    words.replaceChildren();
    chosen.replaceChildren();
    const taken = [{ left: size.width - ZOOMERS.width, right: size.width, top: 0, bottom: ZOOMERS.height }];
    for (const n of lit) {
      if (n < 0 || !inside(at[n])) continue;
      const r = n === i ? marks[n].r + 6 : marks[n].r + 1;
      taken.push({ left: at[n][0] - r, right: at[n][0] + r, top: at[n][1] - r, bottom: at[n][1] + r });
    }
    if (i >= 0) {
      chosen.append(node("circle", { cx: at[i][0], cy: at[i][1], r: marks[i].r + 5 }));
      if (inside(at[i])) label(taken, short(d.names[i]), ...at[i], marks[i].r + 6, "self", true);
      for (const n of near) {
        if (inside(at[n])) label(taken, short(d.names[n]), ...at[n], marks[n].r, "near", true);
      }
    }
    let left = LANDMARKS;
    for (let n = 0; n < d.names.length && left > 0; n += 1) {
      if (lit.has(n) || !inside(at[n])) continue;
      const before = words.childElementCount;
      label(taken, short(d.names[n]).replace(/ \(\d{4}\)$/, ""), ...at[n], marks[n].r, "landmark", false);
      left -= words.childElementCount - before;
    }
    tell(i);
  }

  let place = [];
  const inside = ([x, y]) => x > PAD.left && x < size.width - PAD.right && y > PAD.top && y < size.height - PAD.bottom;

  function tell(i) {
    const d = data();
    search.set(model.get("selected"));
    for (const { trait, menu } of axes) menu.value = model.get(trait);
    const focused = [...list.children].findIndex((item) => item.contains(document.activeElement));
    if (i < 0) {
      about.replaceChildren(make("p", "fmf-faint", `Click a point or search to choose a ${d.field}.`));
      list.replaceChildren();
    } else {
      about.replaceChildren(
        make("h3", "", d.names[i]),
        make("p", "fmf-faint", [d.groups[i], `${d.counts[i]} ${d.counted}`, told(i)].filter(Boolean).join(" · ")),
        make("p", "fmf-head", `Nearest in all ${d.k} factors, by cosine`),
      );
      list.replaceChildren(
        ...d.near[i].map((n, rank) => {
          const button = make("button", "");
          button.type = "button";
          const kind = marks[n].kind;
          const icon = node("svg", { viewBox: "-9 -9 18 18", width: 16, height: 16, "aria-hidden": "true" });
          icon.append(node("path", { d: outline(SHAPES[kind], 6), class: `k${kind}` }));
          const value = d.similar[i][rank] / 1000;
          const gauge = make("span", "gauge");
          gauge.style.setProperty("--share", `${Math.max(0, value * 100)}%`);
          button.append(icon, make("span", "name", d.names[n]), gauge, make("span", "number", value.toFixed(2)));
          button.title = `${d.names[n]}: ${d.counts[n]} ${d.counted}. Enter: go there`;
          button.onclick = () => select(n);
          button.onpointerenter = () => hover(n);
          button.onfocus = () => hover(n);
          button.onpointerleave = button.onblur = () => hover(-1);
          const item = make("li");
          item.append(button);
          return item;
        }),
      );
      if (focused >= 0) list.children[0]?.firstChild.focus();
    }
    canvas.setAttribute("aria-label", `Map of ${d.names.length} ${d.field}s by their factors. ${i < 0 ? "" : `${d.names[i]} is chosen. Nearest: ${d.near[i].map((n) => d.names[n]).join("; ")}.`} Arrow keys choose the next ${d.field} in that direction.`);
    const two = d.axes[model.get("across")].share + (model.get("across") === model.get("up") ? 0 : d.axes[model.get("up")].share);
    note.textContent = `These two of ${d.k} axes show ${two} % of the variance: what is near here may be far apart in the rest. The list uses all ${d.k}.`;
    twin.lastChild.textContent = twinText(i);
  }

  function twinText(i) {
    const d = data();
    const lines = d.axes.map((a, n) => `axis ${n + 1}: ${a.share} % of the variance. ${a.words}`);
    if (i >= 0) {
      lines.push("", `${d.names[i]} (${d.groups[i] || "no group"}), ${d.counts[i]} ${d.counted}. Nearest:`);
      d.near[i].forEach((n, rank) => lines.push(`${(d.similar[i][rank] / 1000).toFixed(3)}  ${d.names[n]}  (${d.groups[n] || "no group"}; ${d.counts[n]} ${d.counted})`));
    }
    return lines.join("\n");
  }

  function hover(n) {
    marks.forEach(({ mark }, m) => mark.classList.toggle("hover", m === n));
    tip.hidden = n < 0;
    if (n < 0) return;
    const d = data();
    tip.replaceChildren(
      make("b", "", d.names[n]),
      make("span", "", [d.groups[n], `${d.counts[n]} ${d.counted}`, told(n)].filter(Boolean).join(" · ")),
    );
    const [x, y] = place[n];
    tip.style.left = `${Math.min(Math.max(x, 130), size.width - 130)}px`;
    tip.style.top = `${y > 90 ? y - 14 - marks[n].r : y + 14 + marks[n].r}px`;
    tip.classList.toggle("below", y <= 90);
  }

  // ---- pointer and keys ----------------------------------------------------------------------
  function under(event) {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let best = -1, least = CLOSE_PX;
    place.forEach(([px, py], n) => {
      const gap = Math.hypot(px - x, py - y) - marks[n].r / 2;
      if (gap < least) [best, least] = [n, gap];
    });
    return best;
  }

  let drag = null;
  canvas.onpointerdown = (event) => {
    drag = { x: event.clientX, y: event.clientY, view, moved: false };
    canvas.setPointerCapture(event.pointerId);
  };
  canvas.onpointermove = (event) => {
    if (!drag) return hover(under(event));
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (Math.hypot(dx, dy) > 4) drag.moved = true;
    if (!drag.moved) return;
    hover(-1);
    const { unit } = scales();
    view = { ...drag.view, x: drag.view.x - dx / unit, y: drag.view.y + dy / unit };
    draw();
  };
  canvas.onpointerup = (event) => {
    const was = drag;
    drag = null;
    if (was && !was.moved) {
      const n = under(event);
      if (n >= 0) select(n);
    }
  };
  canvas.onpointerleave = () => hover(-1);
  canvas.ondblclick = (event) => {
    const box = canvas.getBoundingClientRect();
    if (under(event) < 0) zoomAt(event.clientX - box.left, event.clientY - box.top, 1.6);
  };
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return; // the wheel alone scrolls the notebook
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    zoomAt(event.clientX - box.left, event.clientY - box.top, event.deltaY < 0 ? 1.25 : 0.8);
  }, { passive: false });

  // Zooming stays with the chosen film while it is in sight.
  function middle() {
    const i = current();
    return i >= 0 && inside(place[i]) ? place[i] : [size.width / 2, size.height / 2];
  }

  function zoomAt(px, py, factor) {
    const before = scales();
    const zoom = Math.min(12, Math.max(1, view.zoom * factor));
    const room = { x: (size.width + PAD.left - PAD.right) / 2, y: (size.height + PAD.top - PAD.bottom) / 2 };
    // The place under the pointer stays where it is.
    const units = { x: (px - room.x) / before.unit, y: (room.y - py) / before.unit };
    const keep = 1 - view.zoom / zoom;
    view = zoom === 1 ? { zoom, x: 0, y: 0 } : { zoom, x: view.x + units.x * keep, y: view.y + units.y * keep };
    draw();
  }

  canvas.onkeydown = (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "+" || event.key === "-") {
      zoomAt(...middle(), event.key === "+" ? 1.6 : 1 / 1.6);
    } else if (way) {
      const i = Math.max(0, current());
      let best = -1, least = Infinity;
      place.forEach(([x, y], n) => {
        const [dx, dy] = [x - place[i][0], y - place[i][1]];
        const ahead = dx * way[0] + dy * way[1];
        const aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
        // What lies more aside than ahead only where nothing else is left: at the edge of the cloud.
        const cost = ahead + 2 * aside + (aside > ahead ? 1e6 : 0);
        if (n !== i && ahead > 0.5 && cost < least) [best, least] = [n, cost];
      });
      if (best >= 0) select(best);
    } else return;
    event.preventDefault();
  };
  list.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const items = [...list.querySelectorAll("button")];
    const now = items.indexOf(document.activeElement);
    if (!step || now < 0) return;
    event.preventDefault();
    items[(now + step + items.length) % items.length].focus();
  };

  // ---- life ----------------------------------------------------------------------------------
  const rebuild = () => {
    build();
    draw();
  };
  const room = new ResizeObserver(() => {
    const width = picture.clientWidth;
    if (width > 50 && width !== size.width) {
      size = { width, height: HEIGHT };
      draw();
    }
  });
  rebuild();
  room.observe(picture);
  model.on("change:data", rebuild);
  for (const trait of ["selected", "across", "up"]) model.on(`change:${trait}`, draw);
  return () => {
    room.disconnect();
    model.off("change:data", rebuild);
    for (const trait of ["selected", "across", "up"]) model.off(`change:${trait}`, draw);
  };
}

export default { render };
