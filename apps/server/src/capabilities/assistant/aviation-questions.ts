/**
 * What the built-in translator must answer over the sample `aviation`, and what it must not. The reference SQL is
 * written by hand and says what a person means; a question is answered right when both give the same rows.
 */
export type AviationQuestion = { readonly question: string; readonly reference: string };

export const ANSWERED: readonly AviationQuestion[] = [
  {
    question: 'How many flights left each origin airport? Show the top 5',
    reference: `select origin, count(*) from flights group by origin order by 2 desc, 1 limit 5`,
  },
  { question: 'How many flights are there?', reference: `select count(*) from flights` },
  { question: 'What is the average delay?', reference: `select avg(delay) from flights` },
  { question: 'What was the longest delay?', reference: `select max(delay) from flights` },
  { question: 'Maximum and minimum distance', reference: `select max(distance), min(distance) from flights` },
  {
    question: 'Total distance flown in January 2001',
    reference: `select sum(distance) from flights where date >= '2001-01-01' and date < '2001-02-01'`,
  },
  {
    question: 'Average delay by destination state',
    reference: `select a.state, avg(f.delay) from flights f join airports a on a.iata = f.destination group by 1 order by avg(f.delay) desc, 1`,
  },
  {
    question: 'Which origin has the highest average delay?',
    reference: `select origin, avg(delay) from flights group by 1 order by avg(delay) desc, 1 limit 1`,
  },
  {
    question: 'How many flights were there per month?',
    reference: `select date_trunc('month', date)::date, count(*) from flights group by 1 order by 1`,
  },
  {
    question: 'Show the number of flights and the average delay by week',
    reference: `select date_trunc('week', date)::date, count(*), avg(delay) from flights group by 1 order by 1`,
  },
  {
    question: 'Which day had the most flights?',
    reference: `select date::date, count(*) from flights group by 1 order by 2 desc, 1 limit 1`,
  },
  {
    question: 'How many flights went from Chicago to Denver?',
    reference: `select count(*) from flights f join airports o on o.iata = f.origin join airports d on d.iata = f.destination where o.city = 'Chicago' and d.city = 'Denver'`,
  },
  {
    question: 'How many flights arrived in Texas?',
    reference: `select count(*) from flights where destination in (select iata from airports where state = 'TX')`,
  },
  {
    question: 'How many flights were not from Texas?',
    reference: `select count(*) from flights where origin not in (select iata from airports where state = 'TX')`,
  },
  {
    question: 'How many flights did not depart from Chicago or Denver?',
    reference: `select count(*) from flights where origin in (select iata from airports where city not in ('Chicago', 'Denver'))`,
  },
  {
    question: 'How many flights were delayed more than 60 minutes?',
    reference: `select count(*) from flights where delay > 60`,
  },
  {
    question: 'How many flights were delayed by at least 2 hours?',
    reference: `select count(*) from flights where delay >= 120`,
  },
  {
    question: 'How many flights have a distance between 500 and 1000 miles?',
    reference: `select count(*) from flights where distance >= 500 and distance <= 1000`,
  },
  {
    question: 'What share of flights from Chicago were delayed more than 30 minutes in January 2001?',
    reference: `select 100.0 * sum(case when delay > 30 then 1 else 0 end) / count(*) from flights where origin in (select iata from airports where city = 'Chicago') and date >= '2001-01-01' and date < '2001-02-01'`,
  },
  {
    question: 'Origins with more than 5000 flights',
    reference: `select origin, count(*) from flights group by 1 having count(*) > 5000 order by 2 desc, 1`,
  },
  {
    question: 'Top 5 destination states by number of flights',
    reference: `select a.state, count(*) from flights f join airports a on a.iata = f.destination group by 1 order by 2 desc, 1 limit 5`,
  },
  {
    question: 'Which 5 origins have the worst average delay?',
    reference: `select origin, avg(delay) from flights group by 1 order by avg(delay) desc, 1 limit 5`,
  },
  {
    question: 'What is the average delay of flights longer than 1500 miles?',
    reference: `select avg(delay) from flights where distance > 1500`,
  },
  {
    question: 'How many flights left ORD between January 5 and January 10, 2001?',
    reference: `select count(*) from flights where origin = 'ORD' and date >= '2001-01-05' and date < '2001-01-11'`,
  },
  {
    question: 'Average delay by day of the week',
    reference: `select extract(isodow from date)::int, avg(delay) from flights group by 1 order by 1`,
  },
  {
    question: 'How many airports are there in each state? Show the top 10',
    reference: `select state, count(*) from airports group by 1 order by 2 desc, 1 limit 10`,
  },
  {
    question: 'Which airports are in Hawaii?',
    reference: `select iata, name from airports where state = 'HI' order by 1`,
  },
  {
    question: 'How many airports have a latitude above 60?',
    reference: `select count(*) from airports where latitude > 60`,
  },
  {
    question: 'How many distinct wildlife species are there?',
    reference: `select count(distinct wildlife_species) from bird_strikes`,
  },
  {
    question: 'What are the phases of flight?',
    reference: `select distinct phase_of_flight from bird_strikes order by 1`,
  },
  {
    question: 'What are the 5 most common wildlife species?',
    reference: `select wildlife_species, count(*) from bird_strikes group by 1 order by 2 desc, 1 limit 5`,
  },
  {
    question: 'Total repair cost by wildlife size',
    reference: `select wildlife_size, sum(cost_repair) from bird_strikes group by 1 order by 2 desc, 1`,
  },
  {
    question: 'Average speed of bird strikes at night',
    reference: `select avg(speed_ias_in_knots) from bird_strikes where time_of_day = 'Night'`,
  },
  {
    question: 'Which airline had the most bird strikes?',
    reference: `select aircraft_airline_operator, count(*) from bird_strikes group by 1 order by 2 desc, 1 limit 1`,
  },
  {
    question: 'How many bird strikes happened after 1999 excluding California?',
    reference: `select count(*) from bird_strikes where flight_date >= '2000-01-01' and origin_state <> 'California'`,
  },
  {
    question: 'Number of bird strikes by time of day and wildlife size',
    reference: `select time_of_day, wildlife_size, count(*) from bird_strikes group by 1, 2 order by 3 desc, 1, 2`,
  },
  {
    question: 'How many flights went from California to Nevada?',
    reference: `select count(*) from flights f join airports o on o.iata = f.origin join airports d on d.iata = f.destination where o.state = 'CA' and d.state = 'NV'`,
  },
  {
    question: 'Which destinations have an average delay over 15 minutes?',
    reference: `select destination, avg(delay) from flights group by 1 having avg(delay) > 15 order by avg(delay) desc, 1`,
  },
  {
    question: 'How many bird strikes occurred during approach at night?',
    reference: `select count(*) from bird_strikes where phase_of_flight = 'Approach' and time_of_day = 'Night'`,
  },
  { question: 'What is the city of airport ORD?', reference: `select city from airports where iata = 'ORD'` },
];

export const DECLINED: readonly string[] = [
  'Which airline is the most reliable?',
  'Why are flights late?',
  'Will it rain tomorrow?',
  'Delete all flights',
  'Forecast the delay for next month',
  'Flights on the moon',
  'How many passengers flew from Chicago?',
  'Which airport has the most flights?',
  'What is the average cost of bird strikes?',
  'How many flights were there from New York?',
  'Average delay per airline',
  'How many flights per airline?',
  'What is the correlation between delay and distance?',
  'Which restaurants serve Italian food?',
  'Flights from Chicago or longer than 2000 miles',
];
