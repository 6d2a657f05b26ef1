//! Logistic regression with a quadratic penalty, by L-BFGS: few passes, and the same weights whenever it is run on the same examples.

/// What is known of an example: columns that are all worth the same.
pub(crate) struct Row {
    pub(crate) columns: Vec<u32>,
    pub(crate) value: f32,
}

const PASSES: usize = 400;

/// How many steps are remembered.
const MEMORY: usize = 8;

/// Bias and weights that tell the targets from the others. `trust` is what an example of weight one counts against the penalty.
pub(crate) fn fit(rows: &[Row], targets: &[bool], importance: &[f32], columns: usize, trust: f32) -> (f32, Vec<f32>) {
    // The bias is the last column.
    let loss = |weights: &[f64], gradient: &mut [f64]| {
        let mut loss = 0.0;
        let (bias, penalised) = weights.split_last().expect("there is a bias");
        for (slope, weight) in gradient.iter_mut().zip(penalised) {
            loss += 0.5 * weight * weight;
            *slope = *weight;
        }
        gradient[columns] = 0.0;
        for ((row, &target), &importance) in rows.iter().zip(targets).zip(importance) {
            let value = f64::from(row.value);
            let score = bias + value * row.columns.iter().map(|&column| weights[column as usize]).sum::<f64>();
            let signed = if target { score } else { -score };
            let importance = f64::from(trust * importance);
            loss += importance * (1.0 + (-signed.abs()).exp()).ln() + importance * (-signed).max(0.0);
            let slope = importance * (1.0 / (1.0 + (-score).exp()) - f64::from(u8::from(target)));
            for &column in &row.columns {
                gradient[column as usize] += slope * value;
            }
            gradient[columns] += slope;
        }
        loss
    };
    let dot = |one: &[f64], other: &[f64]| one.iter().zip(other).map(|(one, other)| one * other).sum::<f64>();
    let mut weights = vec![0.0; columns + 1];
    let mut gradient = vec![0.0; columns + 1];
    let mut current = loss(&weights, &mut gradient);
    let mut steps: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
    for _ in 0..PASSES {
        let mut direction = gradient.clone();
        let mut shares = Vec::new();
        for (step, change, product) in steps.iter().rev() {
            let share = dot(step, &direction) / product;
            direction.iter_mut().zip(change).for_each(|(d, c)| *d -= share * c);
            shares.push(share);
        }
        let scale = match steps.last() {
            Some((_, change, product)) => product / dot(change, change),
            None => 1.0 / dot(&gradient, &gradient).sqrt(),
        };
        direction.iter_mut().for_each(|d| *d *= scale);
        for ((step, change, product), share) in steps.iter().zip(shares.iter().rev()) {
            let back = dot(change, &direction) / product;
            direction.iter_mut().zip(step).for_each(|(d, s)| *d += (share - back) * s);
        }
        let slope = -dot(&gradient, &direction);
        let mut length = 1.0;
        let (next, next_gradient, next_loss) = loop {
            let next: Vec<f64> = weights.iter().zip(&direction).map(|(w, d)| w - length * d).collect();
            let mut next_gradient = vec![0.0; columns + 1];
            let next_loss = loss(&next, &mut next_gradient);
            if next_loss <= current + 1e-4 * length * slope || length < 1e-6 {
                break (next, next_gradient, next_loss);
            }
            length /= 2.0;
        };
        let step: Vec<f64> = next.iter().zip(&weights).map(|(n, w)| n - w).collect();
        let change: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(n, g)| n - g).collect();
        let product = dot(&step, &change);
        let is_done = (current - next_loss) < 1e-7 * current;
        (weights, gradient, current) = (next, next_gradient, next_loss);
        if is_done {
            break;
        }
        if product > 1e-10 {
            steps.push((step, change, product));
            if steps.len() > MEMORY {
                steps.remove(0);
            }
        }
    }
    let bias = weights.pop().expect("there is a bias");
    (bias as f32, weights.into_iter().map(|weight| weight as f32).collect())
}
