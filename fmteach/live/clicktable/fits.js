// The three models of fits.py, line by line: the numbers must be equal to the last bit.

const L2 = 0.3, L2_PAIR = 0.1, L2_FACTORS = 0.2;
const STARTS = 4, SWEEPS = 100, STILL = 1e-8, SURE = 1e-6;

const zeros = (n) => new Array(n).fill(0);
const score = (fit, u, f) => fit.w0 + fit.rows[u] + fit.columns[f] + fit.pair[u][f];

function fitAll(clicks, k) {
  const linear = fitLinear(clicks);
  return { linear, "poly-2": fitPoly2(clicks, linear), FM: fitFM(clicks, k, linear) };
}

function fitLinear(clicks) {
  const rows = clicks.length, columns = clicks[0].length, size = 1 + rows + columns;
  const matrix = Array.from({ length: size }, () => zeros(size));
  const right = zeros(size);
  for (let i = 0; i < size; i += 1) matrix[i][i] = i ? L2 : 1e-9;
  for (let u = 0; u < rows; u += 1) {
    for (let f = 0; f < columns; f += 1) {
      if (clicks[u][f] === 0) continue;
      const ids = [0, 1 + u, 1 + rows + f];
      for (const i of ids) {
        right[i] += clicks[u][f];
        for (const j of ids) matrix[i][j] += 1;
      }
    }
  }
  const w = solve(matrix, right);
  const pair = clicks.map((row) => zeros(row.length));
  return { w0: w[0], rows: w.slice(1, 1 + rows), columns: w.slice(1 + rows), pair };
}

function fitPoly2(clicks, linear) {
  const pair = clicks.map((row, u) =>
    row.map((y, f) => (y === 0 ? 0 : (y - score(linear, u, f)) / (1 + L2_PAIR))),
  );
  return { ...linear, pair };
}

function fitFM(clicks, k, linear) {
  const turned = clicks[0].map((_, f) => clicks.map((row) => row[f]));
  let best = null, least = 0, state = 1;
  for (let start = 0; start < STARTS; start += 1) {
    let w0 = linear.w0;
    const a = linear.rows.map((weight) => [weight, ...zeros(k)]);
    const b = linear.columns.map((weight) => [weight, ...zeros(k)]);
    for (const factors of [a, b]) {
      for (const one of factors) {
        for (let l = 1; l < 1 + k; l += 1) {
          state = (state * 16807) % 2147483647;
          one[l] = (2 * state) / 2147483647 - 1;
        }
      }
    }
    let loss = 1e300;
    for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
      side(clicks, w0, a, b, k);
      side(turned, w0, b, a, k);
      w0 = bias(clicks, a, b, k);
      const before = loss;
      loss = lossOf(clicks, w0, a, b, k);
      if (before - loss < STILL * before) break;
    }
    if (best === null || loss < least * (1 - SURE)) {
      const pair = a.map((one) => b.map((other) => dot(one, other, k)));
      best = {
        w0, rows: a.map((one) => one[0]), columns: b.map((one) => one[0]), pair,
        rowFactors: a.map((one) => one.slice(1)), columnFactors: b.map((one) => one.slice(1)),
      };
      least = loss;
    }
  }
  return best;
}

function dot(one, other, k) {
  let total = 0;
  for (let l = 1; l < 1 + k; l += 1) total += one[l] * other[l];
  return total;
}

// One matrix for all small systems: thousands of them are solved for one click.
const small = Array.from({ length: 4 }, () => zeros(4));
const target = zeros(4);

function side(clicks, w0, mine, others, k) {
  const size = 1 + k;
  for (let u = 0; u < clicks.length; u += 1) {
    for (let i = 0; i < size; i += 1) {
      target[i] = 0;
      for (let j = i; j < size; j += 1) small[i][j] = i !== j ? 0 : i ? L2_FACTORS : L2;
    }
    for (let f = 0; f < others.length; f += 1) {
      const y = clicks[u][f], other = others[f];
      if (y === 0) continue;
      const rest = y - w0 - other[0];
      for (let i = 0; i < size; i += 1) {
        const xi = i ? other[i] : 1;
        target[i] += xi * rest;
        for (let j = i; j < size; j += 1) small[i][j] += xi * (j ? other[j] : 1);
      }
    }
    solve(small, target, size);
    for (let i = 0; i < size; i += 1) mine[u][i] = target[i];
  }
}

function bias(clicks, a, b, k) {
  let total = 0, count = 0;
  for (let u = 0; u < a.length; u += 1) {
    for (let f = 0; f < b.length; f += 1) {
      if (clicks[u][f] === 0) continue;
      total += clicks[u][f] - a[u][0] - b[f][0] - dot(a[u], b[f], k);
      count += 1;
    }
  }
  return count ? total / count : 0;
}

function lossOf(clicks, w0, a, b, k) {
  let loss = 1e-12;
  for (let u = 0; u < a.length; u += 1) {
    for (let f = 0; f < b.length; f += 1) {
      if (clicks[u][f] === 0) continue;
      const rest = clicks[u][f] - w0 - a[u][0] - b[f][0] - dot(a[u], b[f], k);
      loss += rest * rest;
    }
  }
  for (const factors of [a, b]) {
    for (const one of factors) loss += L2 * one[0] * one[0] + L2_FACTORS * dot(one, one, k);
  }
  return loss;
}

function solve(matrix, right, size = right.length) {
  for (let i = 0; i < size; i += 1) {
    for (let j = i + 1; j < size; j += 1) {
      const share = matrix[i][j] / matrix[i][i];
      for (let c = j; c < size; c += 1) matrix[j][c] -= share * matrix[i][c];
      right[j] -= share * right[i];
    }
  }
  for (let i = size - 1; i >= 0; i -= 1) {
    for (let c = i + 1; c < size; c += 1) right[i] -= matrix[i][c] * right[c];
    right[i] /= matrix[i][i];
  }
  return right;
}
