/** Words that say nothing about which table is meant: of grammar, and of asking. */
export const STOP_WORDS: ReadonlySet<string> = setOf(`
  a an the of in on at to for from by with and or not no nor is are was were be been being do does did done has have had having
  i we you he she it they me us them my our your his her its their this that these those there here one ones
  what which who whom whose when where how why as than then so such if but into about over under between during per within without
  each every any all some both either neither more most less least other another same only also just very
  can could will would shall should may might must please give tell show list find return get display want need know many much s t re`);

/** Words that a question bears whatever it is about (how to count, to sort, to call) and a table may bear all the same: they count a little. */
export const WEAK_WORDS: ReadonlySet<string> = setOf(`
  count number total average mean sum minimum maximum min max amount ratio percentage share different distinct unique
  order ordered sort sorted descending ascending alphabetical lexicographical reverse reversed
  top highest lowest largest smallest biggest greatest first last
  name names id ids identifier detail details information value values type types year date`);

/** Plurals that no ending tells. */
export const IRREGULAR_PLURALS: ReadonlyMap<string, string> = new Map([
  ['people', 'person'],
  ['children', 'child'],
  ['men', 'man'],
  ['women', 'woman'],
  ['feet', 'foot'],
  ['teeth', 'tooth'],
  ['mice', 'mouse'],
  ['lives', 'life'],
  ['wives', 'wife'],
  ['halves', 'half'],
  ['shelves', 'shelf'],
  ['criteria', 'criterion'],
  ['indices', 'index'],
  ['analyses', 'analysis'],
]);

/** What people and those who name tables call the same thing; each line one thing. */
export const SYNONYMS: readonly (readonly string[])[] = `
  country nation
  city town
  region area
  shop store
  customer client buyer
  supplier vendor seller
  maker manufacturer producer
  employee worker staff
  boss manager supervisor
  salary wage pay compensation
  teacher instructor professor lecturer
  student pupil
  class course lesson
  grade mark score
  doctor physician
  medicine drug medication
  film movie
  song track
  writer author
  car auto automobile vehicle
  ship vessel boat
  plane aircraft airplane
  flight trip journey
  airline carrier
  order purchase
  product item good article
  invoice bill
  payment transaction
  price cost fee
  revenue sales turnover income
  profit margin
  discount rebate
  stock inventory
  shipment delivery
  warehouse depot
  account profile
  user member
  visit session
  comment remark note
  review rating
  photo picture image
  message mail
  phone telephone mobile cell
  address location place
  zip postal postcode
  firm company business enterprise
  department division unit
  job position occupation
  team squad
  game match
  player athlete
  contest competition tournament
  prize award
  house home residence property
  flat apartment
  tenant renter
  contract agreement
  policy insurance
  claim complaint
  ticket issue
  event incident
  error failure fault
  device machine
  gender sex
  birthday birth born
  nationality citizenship
  begin start
  end finish`
  .trim()
  .split('\n')
  .map((line) => line.trim().split(' '));

/** What names are shortened to where the beginning does not tell. */
export const ABBREVIATIONS: readonly (readonly [short: string, long: string])[] = [
  ['qty', 'quantity'],
  ['amt', 'amount'],
  ['acct', 'account'],
  ['dept', 'department'],
  ['mgr', 'manager'],
  ['addr', 'address'],
  ['txn', 'transaction'],
  ['tx', 'transaction'],
  ['trx', 'transaction'],
  ['pmt', 'payment'],
  ['prd', 'product'],
  ['pct', 'percent'],
  ['msg', 'message'],
  ['pwd', 'password'],
  ['grp', 'group'],
  ['hdr', 'header'],
  ['inv', 'invoice'],
  ['wh', 'warehouse'],
  ['dob', 'birth'],
  ['ssn', 'social'],
  ['fk', 'key'],
  ['lang', 'language'],
  ['yr', 'year'],
  ['mth', 'month'],
  ['ctry', 'country'],
  ['cntry', 'country'],
];

function setOf(words: string): ReadonlySet<string> {
  return new Set(words.trim().split(/\s+/));
}
