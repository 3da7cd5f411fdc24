// Names that people write out and tables abbreviate: USPS codes of states, ISO 3166-1 codes of some countries.
const STATES: readonly (readonly [string, string])[] = [
  ['AL', 'Alabama'],
  ['AK', 'Alaska'],
  ['AZ', 'Arizona'],
  ['AR', 'Arkansas'],
  ['CA', 'California'],
  ['CO', 'Colorado'],
  ['CT', 'Connecticut'],
  ['DE', 'Delaware'],
  ['FL', 'Florida'],
  ['GA', 'Georgia'],
  ['HI', 'Hawaii'],
  ['ID', 'Idaho'],
  ['IL', 'Illinois'],
  ['IN', 'Indiana'],
  ['IA', 'Iowa'],
  ['KS', 'Kansas'],
  ['KY', 'Kentucky'],
  ['LA', 'Louisiana'],
  ['ME', 'Maine'],
  ['MD', 'Maryland'],
  ['MA', 'Massachusetts'],
  ['MI', 'Michigan'],
  ['MN', 'Minnesota'],
  ['MS', 'Mississippi'],
  ['MO', 'Missouri'],
  ['MT', 'Montana'],
  ['NE', 'Nebraska'],
  ['NV', 'Nevada'],
  ['NH', 'New Hampshire'],
  ['NJ', 'New Jersey'],
  ['NM', 'New Mexico'],
  ['NY', 'New York'],
  ['NC', 'North Carolina'],
  ['ND', 'North Dakota'],
  ['OH', 'Ohio'],
  ['OK', 'Oklahoma'],
  ['OR', 'Oregon'],
  ['PA', 'Pennsylvania'],
  ['RI', 'Rhode Island'],
  ['SC', 'South Carolina'],
  ['SD', 'South Dakota'],
  ['TN', 'Tennessee'],
  ['TX', 'Texas'],
  ['UT', 'Utah'],
  ['VT', 'Vermont'],
  ['VA', 'Virginia'],
  ['WA', 'Washington'],
  ['WV', 'West Virginia'],
  ['WI', 'Wisconsin'],
  ['WY', 'Wyoming'],
  ['DC', 'District of Columbia'],
  ['PR', 'Puerto Rico'],
];
const COUNTRIES: readonly (readonly [string, string])[] = [
  ['US', 'United States'],
  ['US', 'USA'],
  ['USA', 'United States'],
  ['GB', 'United Kingdom'],
  ['UK', 'United Kingdom'],
  ['CA', 'Canada'],
  ['MX', 'Mexico'],
  ['FR', 'France'],
  ['DE', 'Germany'],
  ['ES', 'Spain'],
  ['IT', 'Italy'],
  ['JP', 'Japan'],
  ['CN', 'China'],
  ['IN', 'India'],
  ['BR', 'Brazil'],
  ['AU', 'Australia'],
  ['NL', 'Netherlands'],
  ['SE', 'Sweden'],
  ['CH', 'Switzerland'],
  ['SG', 'Singapore'],
  ['NZ', 'New Zealand'],
  ['IE', 'Ireland'],
  ['NO', 'Norway'],
  ['DK', 'Denmark'],
  ['PL', 'Poland'],
  ['PT', 'Portugal'],
  ['BE', 'Belgium'],
  ['AT', 'Austria'],
  ['KR', 'South Korea'],
  ['ZA', 'South Africa'],
];

export type OtherName = { readonly kind: 'state' | 'country'; readonly name: string };

/** `Texas` → `TX`, `TX` → `Texas`; only for columns that are called state or country. */
export function otherNames(words: string): OtherName[] {
  const lower = words.toLowerCase();
  const names: OtherName[] = [];
  for (const [kind, pairs] of [
    ['state', STATES],
    ['country', COUNTRIES],
  ] as const) {
    for (const [code, name] of pairs) {
      if (name.toLowerCase() === lower) names.push({ kind, name: code });
      // A code of two letters is one only in capitals: `in` is not Indiana.
      else if (code === words) names.push({ kind, name });
    }
  }
  return names;
}

/** Whether people who say it mean the state: not so where a city of that name is as well known. */
export function meansTheState(words: string): boolean {
  const lower = words.toLowerCase();
  return !['new york', 'washington'].includes(lower) && STATES.some(([, name]) => name.toLowerCase() === lower);
}
