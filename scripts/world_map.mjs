// The countries as one SVG sprite: `world.svg#world` is all of them, `world.svg#DE` is one.
//
// Shapes of 1:110 million, in the Equal Earth projection, which keeps areas comparable. Antarctica is left out.
import { geoEqualEarth, geoPath } from "d3-geo";
import { feature } from "topojson-client";

/** The view box of pages that show the map; `src/web/view/block/country_map.rs` names the same. */
const SIZE = [720, 340];

/** Shapes without a number of their own in ISO 3166-1; events can name the first one only. */
const WITHOUT_NUMBER = { Kosovo: "XK", "N. Cyprus": "x-north-cyprus", Somaliland: "x-somaliland" };

/** "276" is "DE": CLDR, which Node brings along, knows every number's letters. */
const letters = (number) => new Intl.Locale(Intl.getCanonicalLocales(`und-${number}`)[0]).region;

export const worldMap = (atlas) => {
  const topology = JSON.parse(atlas);
  const countries = feature(topology, topology.objects.countries).features.filter(({ id }) => id !== "010");
  const projection = geoEqualEarth().fitSize(SIZE, { type: "FeatureCollection", features: countries });
  const path = geoPath(projection).digits(1);
  const shapes = countries
    .map((country) => {
      const id = country.id === undefined ? WITHOUT_NUMBER[country.properties.name] : letters(country.id);
      if (!id) throw new Error(`${country.properties.name} has neither a number nor a name that is known`);
      return `<path id="${id}" d="${path(country)}"/>`;
    })
    .sort();
  return `<svg xmlns="http://www.w3.org/2000/svg"><g id="world">${shapes.join("")}</g></svg>\n`;
};
