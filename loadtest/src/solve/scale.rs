//! Decimals to whole ticks: as many digits as the data have, and at most as many as fit.

/// The most ticks an instance may reach.
const MOST: f64 = 4e8;

/// Ticks per unit for data up to `largest`: the least power of ten that leaves no fraction, or the greatest that fits.
pub fn of(values: &(impl Iterator<Item = f64> + Clone), largest: f64) -> f64 {
    let mut scale = 1.0;
    loop {
        let whole = |v: f64| ((v * scale) - (v * scale).round()).abs() < 1e-6;
        if values.clone().all(whole) || largest * scale * 10.0 > MOST || scale >= 1e6 {
            return scale;
        }
        scale *= 10.0;
    }
}

/// Rounded up, so that what the plan keeps is kept in double precision, too.
pub fn up(value: f64, scale: f64) -> i32 {
    (value * scale - 1e-6).ceil().clamp(-2e9, 2e9) as i32
}

/// Rounded down.
pub fn down(value: f64, scale: f64) -> i32 {
    (value * scale + 1e-6).floor().clamp(-2e9, 2e9) as i32
}
