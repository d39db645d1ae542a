// The losses as functions of a score. The same as arithmetic.py; a test compares the two.

function sigmoid(score) {
  const small = Math.exp(-Math.abs(score));
  return score >= 0 ? 1 / (1 + small) : small / (1 + small);
}

const softplus = (score) => Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score)));
const logitOf = (score, sigmoids) => (sigmoids === 2 ? sigmoid(score) : score);
const probability = (score, sigmoids) => sigmoid(logitOf(score, sigmoids));

// share: 1 for a row with y = 1, 0 for one with y = 0, the CTR for all rows together.
function logloss(share, score, sigmoids) {
  const logit = logitOf(score, sigmoids);
  return share * softplus(-logit) + (1 - share) * softplus(logit);
}

function loglossSlope(share, score, sigmoids) {
  const output = sigmoid(score);
  const inner = sigmoids === 2 ? output * (1 - output) : 1;
  return (probability(score, sigmoids) - share) * inner;
}

const baseRate = (ctr) => -ctr * Math.log(ctr) - (1 - ctr) * Math.log(1 - ctr);
const floorOf = (share, sigmoids) =>
  sigmoids === 1 ? 0 : share * softplus(-1) + (1 - share) * Math.LN2;
const squared = (error) => [error * error, 2 * error];
const bpr = (difference) => [softplus(-difference), sigmoid(difference) - 1];
