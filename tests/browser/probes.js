// What test_accessibility.py asks the page about one output of a cell: window.probes.

window.probes = (() => {
  const JUPYTERLABS = ".jp-OutputPrompt"; // the number beside an output

  // ---- colours -----------------------------------------------------------------------------

  const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  // Any CSS colour as [r, g, b, alpha].
  function colour(text) {
    if (!known.has(text)) {
      pixel.clearRect(0, 0, 1, 1);
      pixel.fillStyle = "rgba(0,0,0,0)";
      pixel.fillStyle = text;
      pixel.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
      known.set(text, [r, g, b, a / 255]);
    }
    return known.get(text);
  }
  const over = (top, below, alpha = top[3]) =>
    [0, 1, 2].map((i) => top[i] * alpha + below[i] * (1 - alpha)).concat(1);
  function luminance(c) {
    const part = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(c[0]) + 0.7152 * part(c[1]) + 0.0722 * part(c[2]);
  }
  function contrast(a, b) {
    const [low, high] = [luminance(a), luminance(b)].sort((p, q) => p - q);
    return (high + 0.05) / (low + 0.05);
  }

  // What may lie behind a node: one colour, or several where a gradient or a pattern is drawn.
  function grounds(node) {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      const css = getComputedStyle(at);
      const drawn = css.backgroundImage.match(/(?:rgba?|color)\([^)]*\)/g);
      if (drawn) layers.push(drawn.map(colour));
      const flat = colour(css.backgroundColor);
      if (flat[3] > 0) layers.push([flat]);
      if (flat[3] === 1) break;
    }
    let found = [[255, 255, 255, 1]];
    for (const layer of layers.reverse()) {
      found = found.flatMap((below) => layer.map((top) => over(top, below)));
      found = [...new Map(found.map((c) => [c.join(), c])).values()];
    }
    return found;
  }
  function opacity(node) {
    let all = 1;
    for (let at = node; at; at = at.parentElement) all *= Number(getComputedStyle(at).opacity);
    return all;
  }
  // The least contrast of a colour with what lies behind a node.
  function seen(text, node, more = 1) {
    const ink = colour(text);
    const alpha = ink[3] * opacity(node) * more;
    return Math.min(...grounds(node).map((ground) => contrast(over(ink, ground, alpha), ground)));
  }

  // ---- nodes -------------------------------------------------------------------------------

  const shown = (node) =>
    node.checkVisibility({ visibilityProperty: true }) && !node.closest(`.fm-sr, ${JUPYTERLABS}`);
  function name(node) {
    const own = node.getAttribute("class")?.trim().split(/\s+/).join(".");
    const label = (node.getAttribute("aria-label") || node.textContent || "").trim().slice(0, 30);
    return `${node.localName}${own ? `.${own}` : ""} '${label}'`;
  }
  const off = (node) =>
    node.closest(":disabled, [aria-disabled='true']") !== null ||
    node.closest("label")?.control?.disabled === true;

  function* textNodes(root) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) if (walk.currentNode.data.trim()) yield walk.currentNode;
  }

  // Colours are looked at when nothing fades any more; what goes on without end is not waited for.
  function atRest(root) {
    const late = new Promise((done) => setTimeout(done, 2000));
    const moves = root.getAnimations({ subtree: true }).map((move) => move.finished.catch(() => 0));
    return Promise.race([late, Promise.all(moves)]).then(() => true);
  }

  // ---- questions ---------------------------------------------------------------------------

  // Text below 4.5:1 (3:1 when it is large), except on what is switched off.
  function faintText(root) {
    const found = new Set();
    for (const text of textNodes(root)) {
      const node = text.parentElement;
      if (!shown(node) || off(node)) continue;
      const css = getComputedStyle(node);
      const size = parseFloat(css.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(css.fontWeight) >= 700);
      const inside = node instanceof SVGElement;
      const ratio = seen(inside ? css.fill : css.color, node, inside ? css.fillOpacity : 1);
      if (ratio < (large ? 3 : 4.5)) found.add(`${ratio.toFixed(2)} ${name(node)}`);
    }
    return [...found];
  }

  // The same for what a style sheet writes: content of ::before and ::after.
  function faintSigns(root, except) {
    const found = new Set();
    for (const node of root.querySelectorAll("*")) {
      if (node.closest(except)) continue;
      for (const part of ["::before", "::after"]) {
        const css = getComputedStyle(node, part);
        if (!/^"\s*[^"\s]/.test(css.content) || !shown(node) || off(node)) continue;
        const ratio = seen(css.color, node);
        if (ratio < 4.5) found.add(`${ratio.toFixed(2)} ${css.content} of ${name(node)}`);
      }
    }
    return [...found];
  }

  // Drawn marks, and the edges of what is typed into or chosen from, below 3:1.
  function faintMarks(root, except) {
    const found = new Set();
    const marks = "path, circle, ellipse, rect, line, polyline, polygon";
    for (const node of root.querySelectorAll(marks)) {
      if (!node.closest("svg") || node.closest(`defs, clipPath, ${except}`)) continue;
      if (!node.checkVisibility({ visibilityProperty: true })) continue;
      const box = node.getBoundingClientRect();
      if (box.width + box.height < 1) continue;
      const css = getComputedStyle(node);
      const inks = [];
      if (css.stroke !== "none" && parseFloat(css.strokeWidth) > 0) inks.push([css.stroke, Number(css.strokeOpacity)]);
      if (css.fill !== "none") inks.push([css.fill, Number(css.fillOpacity)]);
      const drawn = inks.filter(([ink, more]) => colour(ink)[3] * more > 0);
      if (!drawn.length) continue;
      const ratio = Math.max(...drawn.map(([ink, more]) => seen(ink, node, more)));
      if (ratio < 3) found.add(`${ratio.toFixed(2)} ${name(node)} in ${name(node.parentElement)}`);
    }
    for (const node of root.querySelectorAll("input, select, textarea")) {
      if (!shown(node) || off(node) || ["range", "radio", "checkbox"].includes(node.type)) continue;
      const edge = seen(getComputedStyle(node).borderTopColor, node.parentElement);
      if (edge < 3) found.add(`${edge.toFixed(2)} edge of ${name(node)}`);
    }
    return [...found];
  }

  // Pictures that are neither named nor kept from screen readers.
  function unnamed(root) {
    return [...root.querySelectorAll("svg, canvas, img")]
      .filter((node) => !node.parentElement.closest("svg"))
      .filter((node) => {
        if (node.closest("[aria-hidden='true']")) return false;
        if (node.closest("[role='img']")?.ariaLabel || (node.role && node.ariaLabel)) return false;
        return !(node.localName === "img" && node.alt);
      })
      .map(name);
  }

  // Controls smaller than 24 by 24 pixels; a label that belongs to one counts with it.
  function small(root) {
    const controls =
      "button, input, select, textarea, summary, a[href], [tabindex='0'][role], [role='button']";
    return [...root.querySelectorAll(controls)]
      .filter((node) => shown(node) && !off(node))
      .map((node) => {
        const boxes = [node, ...(node.labels ?? [])].map((n) => n.getBoundingClientRect());
        return [node, Math.max(...boxes.map((b) => b.width)), Math.max(...boxes.map((b) => b.height))];
      })
      .filter(([, width, height]) => Math.min(width, height) < 23.5)
      .map(([node, width, height]) => `${width.toFixed(0)}x${height.toFixed(0)} ${name(node)}`);
  }

  // What moves of itself, or fades.
  function moving(root) {
    const found = new Set();
    for (const node of root.querySelectorAll("*")) {
      if (!node.closest("[class^='fm'], [class*=' fm']")) continue;
      for (const part of ["", "::before", "::after"]) {
        const css = getComputedStyle(node, part || null);
        const fades = css.transitionDuration.split(",").some((t) => parseFloat(t) > 0);
        if ((fades && css.transitionProperty !== "none") || css.animationName !== "none") {
          found.add(name(node) + part);
        }
      }
    }
    return [...found];
  }

  // What sticks out of the output to the right, or is cut off by a box around it.
  function cut(root) {
    const edge = root.getBoundingClientRect().right + 1;
    const found = new Set();
    for (const node of root.querySelectorAll("*")) {
      if (!shown(node) || node.closest("svg svg") || node.closest("svg") !== null && node.localName !== "svg") continue;
      const box = node.getBoundingClientRect();
      if (box.width < 1) continue;
      let scrolls = null;
      for (let at = node.parentElement; at && at !== root; at = at.parentElement) {
        if (["auto", "scroll"].includes(getComputedStyle(at).overflowX)) scrolls = at;
      }
      if (box.right > edge && !scrolls) found.add(`sticks out: ${name(node)}`);
      const css = getComputedStyle(node);
      if (["hidden", "clip"].includes(css.overflowX) && node.scrollWidth > node.clientWidth + 1
          && !node.closest("[title]")) found.add(`cuts its text off: ${name(node)}`);
    }
    return [...found];
  }

  // ---- keys --------------------------------------------------------------------------------

  const reachable =
    "a[href], button, input, select, textarea, summary, [tabindex], [contenteditable]";

  // Puts the focus on the first place that Tab can reach.
  function enter(root) {
    const node = [...root.querySelectorAll(reachable)].find(
      (n) => n.tabIndex >= 0 && !n.disabled && n.checkVisibility({ visibilityProperty: true }));
    (node.type === "radio" && root.querySelector(`input[name="${node.name}"]:checked`) || node).focus();
  }

  // How many stops Tab makes inside: a group of radio buttons is one.
  function stops(root) {
    const groups = new Set();
    let count = 0;
    for (const node of root.querySelectorAll("*")) {
      if (node.tabIndex < 0 || !node.checkVisibility({ visibilityProperty: true })) continue;
      if (!node.matches(reachable)) continue;
      if (node.disabled) continue;
      if (node.type === "radio") {
        if (groups.has(node.name)) continue;
        groups.add(node.name);
      }
      count += 1;
    }
    return count;
  }
  const look = (node) => {
    const css = getComputedStyle(node);
    return { outline: css.outlineStyle === "none" ? 0 : parseFloat(css.outlineWidth), ink: css.outlineColor, shadow: css.boxShadow };
  };
  // Where the focus is, and whether one sees it: "" is well, "out" is outside the output.
  function focused(root) {
    const node = document.activeElement;
    if (!node || !root.contains(node)) return ["out", ""];
    const box = node.getBoundingClientRect();
    if (node instanceof SVGElement && !look(node).outline) {
      return [name(node), drawnRing(node) ? "" : "no ring"];
    }
    for (let at = node; at && at !== root; at = at.parentElement) {
      const { outline, ink } = look(at);
      if (outline >= 2) {
        const ratio = seen(ink, at.parentElement);
        if (ratio < 3) return [name(node), `ring of ${ratio.toFixed(2)}:1`];
        return [name(node), clipped(at) ? "ring cut off" : ""];
      }
      if (at.localName !== "label" && at !== node) break;
      if (!at.matches("input") && at === node) break;
    }
    return [name(node), box.width < 1 ? "not visible" : "no ring"];
  }
  // A part of a drawing may draw its own ring: a line of 3:1 that is there with the focus only.
  function drawnRing(node) {
    const lines = () => [...node.querySelectorAll("*")].map((part) => {
      const css = getComputedStyle(part);
      const there = css.stroke !== "none" && part.checkVisibility({ visibilityProperty: true });
      return there ? `${css.strokeWidth} ${seen(css.stroke, part, css.strokeOpacity).toFixed(1)}` : "";
    });
    const now = lines();
    node.blur();
    const before = lines();
    node.focus();
    return now.some((line, n) => line !== before[n] && Number(line.split(" ")[1]) >= 3);
  }

  // Does a box around a node hide its ring on one side?
  function clipped(node) {
    const css = getComputedStyle(node);
    const far = parseFloat(css.outlineOffset) + parseFloat(css.outlineWidth);
    if (far <= 0) return false;
    const box = node.getBoundingClientRect();
    const ring = far - 1; // a pixel of it may go
    for (let at = node.parentElement; at && !at.matches(".jp-OutputArea-child"); at = at.parentElement) {
      if (getComputedStyle(at).overflow === "visible") continue;
      const frame = at.getBoundingClientRect();
      if (box.left - ring < frame.left || box.right + ring > frame.right) return true;
      if (box.top - ring < frame.top || box.bottom + ring > frame.bottom) return true;
    }
    return false;
  }

  return { atRest, faintText, faintSigns, faintMarks, unnamed, small, moving, cut, stops, enter, focused };
})();
