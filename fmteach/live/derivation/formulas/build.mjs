// Renders every line of the derivation (and every wrong line) to one small SVG.
//
//   npm install && npm run build
//
// Each term that the pictures also draw carries a class, so that CSS can colour the term in the
// formula and the same term in the grid alike:
//   t-cross  the sum over pairs        t-diag   the diagonal that is taken away
//   t-half   the factor 1/2            t-layer  the sum over the k layers
//   t-slip   the slip in a wrong line (shown only when it was found)
// \bbox gives each of them a background rectangle, which CSS fills as with a highlighter pen.
// Glyphs are drawn with currentColor, so that they follow the theme of the page.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mathjax } from "mathjax-full/js/mathjax.js";
import { TeX } from "mathjax-full/js/input/tex.js";
import { SVG } from "mathjax-full/js/output/svg.js";
import { liteAdaptor } from "mathjax-full/js/adaptors/liteAdaptor.js";
import { RegisterHTMLHandler } from "mathjax-full/js/handlers/html.js";
import { AllPackages } from "mathjax-full/js/input/tex/AllPackages.js";

const macros = {
  cross: ["\\class{t-cross}{\\bbox[2pt,white]{#1}}", 1],
  diag: ["\\class{t-diag}{\\bbox[2pt,white]{#1}}", 1],
  // another colour than the pens around it: an inherited one would be left out
  slip: ["\\class{t-slip}{\\bbox[ivory]{#1}}", 1],
  half: "\\class{t-half}{\\bbox[2pt,white]{\\tfrac{1}{2}}}",
  layers: "\\class{t-layer}{\\bbox[2pt,white]{\\sum_{l=1}^{k}}}",
  dot: ["\\langle\\mathbf{v}_{#1},\\mathbf{v}_{#2}\\rangle", 2],
  si: "\\sum_{i=1}^{d}",
  sj: "\\sum_{j=1}^{d}",
  v: ["v_{#1 l}", 1],
};

const full = "\\cross{\\si\\sj \\dot{i}{j}\\,x_i x_j}";
const opened = "\\cross{\\si\\sj \\v{i}\\v{j}\\,x_i x_j}";
const product = "\\cross{\\Bigl(\\si \\v{i}x_i\\Bigr)\\Bigl(\\sj \\v{j}x_j\\Bigr)}";
const square = "\\cross{\\Bigl(\\si \\v{i}x_i\\Bigr)^{\\!2}}";
const inside = (cross, diag) => `\\Biggl[\\;${cross}-${diag}\\;\\Biggr]`;
const diagDots = "\\diag{\\si \\dot{i}{i}\\,x_i x_i}";
const diagOpened = "\\diag{\\si \\v{i}\\v{i}\\,x_i x_i}";
const diagSquares = "\\diag{\\si v_{il}^{2}\\,x_i^{2}}";

const formulas = {
  line1: "\\cross{\\si\\sum_{j=i+1}^{d}\\dot{i}{j}\\,x_i x_j}",
  line2: `\\half ${inside(full, diagDots)}`,
  line3: `\\half\\layers ${inside(opened, diagOpened)}`,
  line4: `\\half\\layers ${inside(product, diagSquares)}`,
  line5: `\\half\\layers ${inside(square, diagSquares)}`,
  slip_lost_half: inside(full, diagDots),
  slip_wrong_index: `\\half\\layers ${inside(opened, "\\diag{\\si \\v{i}\\slip{\\v{j}}\\,x_i x_i}")}`,
  slip_stray_half: `\\half\\layers ${inside(opened, "\\diag{\\slip{\\tfrac{1}{2}}\\si \\v{i}\\v{i}\\,x_i x_i}")}`,
  slip_unsquared_x: `\\half\\layers ${inside(product, "\\diag{\\si v_{il}^{2}\\,\\slip{x_i}}")}`,
  slip_unsquared_v: `\\half\\layers ${inside(square, "\\diag{\\si \\slip{v_{il}}\\,x_i^{2}}")}`,
  slip_inner_square: `\\half\\layers ${inside("\\cross{\\si \\slip{\\bigl(\\v{i}x_i\\bigr)^{2}}}", diagSquares)}`,
};

const adaptor = liteAdaptor();
RegisterHTMLHandler(adaptor);
const here = dirname(fileURLToPath(import.meta.url));
for (const [name, tex] of Object.entries(formulas)) {
  const page = mathjax.document("", {
    InputJax: new TeX({ packages: AllPackages, macros }),
    OutputJax: new SVG({ fontCache: "local" }),
  });
  const node = page.convert(tex, { display: true, em: 16, ex: 8 });
  const svg = adaptor
    .innerHTML(node)
    .replace(/ (data-mml-node|data-mjx-texclass|data-c|data-bgcolor|focusable)="[^"]*"/g, "")
    .replace(/MJX-\d+-/g, `${name}-`) // ids must differ between formulas on one page
    .replace(/fill="(white|ivory)"/g, 'class="hl" fill="none"')
    .replace(/ role="img"/, ' aria-hidden="true"')
    // 1000 units of the viewBox are one em: the size then follows the font size of the page
    .replace(/style="[^"]*" (xmlns="[^"]*") width="[^"]*" height="[^"]*"/, (_, ns) => ns)
    .replace(/viewBox="([^"]*)"/, (whole, box) => {
      const [, , width, height] = box.split(" ").map(Number);
      return `${whole} style="width:${(width / 1000).toFixed(2)}em;height:${(height / 1000).toFixed(2)}em"`;
    });
  if (/merror|<text/.test(svg)) throw new Error(`${name}: not rendered: ${svg.slice(0, 400)}`);
  writeFileSync(join(here, `${name}.svg`), svg + "\n");
  console.log(name, svg.length, "bytes");
}
