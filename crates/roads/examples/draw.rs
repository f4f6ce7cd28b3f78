//! Draws a map as SVG, to look at it: `draw MAP > map.svg`, or `draw generate:6:42` for a side of 6 km and seed 42.

use std::error::Error;

use domain::geo::Wgs84;
use roads::{
    GenerateParams, RoadClass,
    base_map::{BaseMap, points},
    generate, read_osm,
};

fn main() -> Result<(), Box<dyn Error>> {
    let map = std::env::args().nth(1).ok_or("which map?")?;
    let network = match map.split(':').collect::<Vec<_>>()[..] {
        ["generate", side, seed] => generate(&GenerateParams {
            seed: seed.parse()?,
            centre: Wgs84::new(98.29, 39.77)?,
            side_km: side.parse()?,
        })?,
        _ => read_osm(&map)?,
    };
    let base = BaseMap::of(&network);
    let [west, south, east, north] = base.bounds;
    let squeeze = f64::midpoint(south, north).to_radians().cos();
    let scale = 1200.0 / ((east - west) * squeeze);
    let height = (north - south) * scale;
    println!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1200 {height:.0}' fill='none' stroke-linecap='round'>"
    );
    println!("<rect width='1200' height='{height:.0}' fill='#f6f4ef'/>");
    let draw = |line: &[i32], colour: &str, width: f64| {
        let spots = points(line)
            .map(|at| format!("{:.1},{:.1}", (at.lon() - west) * squeeze * scale, (north - at.lat()) * scale))
            .collect::<Vec<_>>()
            .join(" ");
        println!("<polyline points='{spots}' stroke='{colour}' stroke-width='{width}'/>");
    };
    let metre = scale / 111_195.0;
    for line in &base.water {
        draw(line, "#b7d3e6", 90.0 * metre);
    }
    for street in &base.streets {
        let (colour, width) = style(street.class);
        draw(&street.line, colour, (width * metre).max(0.7));
    }
    println!("</svg>");
    Ok(())
}

/// Colour and width in metres.
const fn style(class: RoadClass) -> (&'static str, f64) {
    match class {
        RoadClass::Motorway | RoadClass::Trunk => ("#d9824a", 34.0),
        RoadClass::Primary => ("#e8b04a", 30.0),
        RoadClass::Secondary => ("#eccb7a", 22.0),
        RoadClass::Tertiary | RoadClass::Unclassified | RoadClass::Residential => ("#c9c4b8", 14.0),
        RoadClass::LivingStreet | RoadClass::Service | RoadClass::Track => ("#dcd7cb", 8.0),
        RoadClass::Pedestrian
        | RoadClass::Cycleway
        | RoadClass::Footway
        | RoadClass::Path
        | RoadClass::Steps => ("#9db58c", 4.0),
    }
}
