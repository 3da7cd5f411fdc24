// The sample database as static SQL. Descriptions state what the data is; units are those of the
// Bureau of Transportation Statistics (flights) and the FAA's wildlife strike reports.

export const CREATE_TABLES = `
create table airports (
  iata text primary key,
  name text not null,
  city text not null,
  state text not null,
  country text not null,
  latitude double precision not null,
  longitude double precision not null
);
comment on table airports is 'Airports of the United States and its territories, large and small.';
comment on column airports.iata is 'Code of the airport: three letters of IATA, or the code of the FAA for small fields.';
comment on column airports.name is 'Name of the airport.';
comment on column airports.city is 'City the airport serves; NA where unknown.';
comment on column airports.state is 'Two-letter code of the state or territory, e.g. of the postal service; NA where unknown.';
comment on column airports.country is 'Country the airport is in.';
comment on column airports.latitude is 'Latitude in degrees, north positive.';
comment on column airports.longitude is 'Longitude in degrees, west negative.';

create table flights (
  date timestamp without time zone not null,
  delay integer not null,
  distance integer not null,
  origin text not null,
  destination text not null
);
comment on table flights is 'Flights inside the United States in the first half of 2001, one row each: every 15th of 3 million. Cancelled flights are not among them.';
comment on column flights.date is 'Date and time of the actual departure, local to the origin airport.';
comment on column flights.delay is 'Delay on arrival in minutes; negative when the flight arrived early.';
comment on column flights.distance is 'Distance flown between the two airports in miles.';
comment on column flights.origin is 'Code of the airport the flight left from.';
comment on column flights.destination is 'Code of the airport the flight landed at.';

create table bird_strikes (
  airport_name text not null,
  aircraft_make_model text not null,
  effect_amount_of_damage text not null,
  flight_date date not null,
  aircraft_airline_operator text not null,
  origin_state text not null,
  phase_of_flight text not null,
  wildlife_size text not null,
  wildlife_species text not null,
  time_of_day text not null,
  cost_other integer not null,
  cost_repair integer not null,
  cost_total integer not null,
  speed_ias_in_knots integer
);
comment on table bird_strikes is 'Collisions of aircraft with birds and other wildlife, reported to the FAA from 1990 to 2002. Airports are named freely here and match no code.';
comment on column bird_strikes.airport_name is 'Name of the airport, as it was reported.';
comment on column bird_strikes.aircraft_make_model is 'Make and model of the aircraft.';
comment on column bird_strikes.effect_amount_of_damage is 'How much damage the strike did to the aircraft.';
comment on column bird_strikes.flight_date is 'Date of the flight.';
comment on column bird_strikes.aircraft_airline_operator is 'Airline or other operator of the aircraft.';
comment on column bird_strikes.origin_state is 'State the flight came from, by its full name.';
comment on column bird_strikes.phase_of_flight is 'Phase of flight in which the strike happened.';
comment on column bird_strikes.wildlife_size is 'Size of the animal: a class, not a measure.';
comment on column bird_strikes.wildlife_species is 'Species of the animal.';
comment on column bird_strikes.time_of_day is 'Part of the day in which the strike happened.';
comment on column bird_strikes.cost_other is 'Costs other than repair in US dollars.';
comment on column bird_strikes.cost_repair is 'Cost of repair in US dollars.';
comment on column bird_strikes.cost_total is 'Total cost in US dollars: repair and other.';
comment on column bird_strikes.speed_ias_in_knots is 'Indicated air speed of the aircraft in knots, where known.';
`;

/** Each takes one array of text a column. */
export const INSERT_ROWS: Readonly<Record<string, string>> = {
  airports: `insert into airports select a, b, c, d, e, f::double precision, g::double precision
    from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) as r (a, b, c, d, e, f, g)`,
  flights: `insert into flights select a::timestamp, b::integer, c::integer, d, e
    from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as r (a, b, c, d, e)`,
  bird_strikes: `insert into bird_strikes select a, b, c, d::date, e, f, g, h, i, j, k::integer, l::integer, m::integer, nullif(n, '')::integer
    from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[])
      as r (a, b, c, d, e, f, g, h, i, j, k, l, m, n)`,
};

export const FINISH_TABLES = `
alter table flights add constraint flights_origin_fkey foreign key (origin) references airports (iata);
alter table flights add constraint flights_destination_fkey foreign key (destination) references airports (iata);
create index flights_date on flights (date);
create index flights_origin on flights (origin);
create index flights_destination on flights (destination);
create index airports_state on airports (state);
create index bird_strikes_flight_date on bird_strikes (flight_date);
`;

/**
 * INVARIANT: the role queries run as may connect and read, and nothing else; it owns nothing, and what other people of
 * a fresh PostgreSQL may do (connect anywhere, make temporary tables) is taken away.
 */
export const CREATE_ROLES = `
do $$ begin
  create role aviation_owner nologin nosuperuser nocreatedb nocreaterole;
exception when duplicate_object then null; end $$;
do $$ begin
  create role strongroom_reader nologin nosuperuser nocreatedb nocreaterole noinherit nobypassrls connection limit 64;
exception when duplicate_object then null; end $$;
alter role strongroom_reader set default_transaction_read_only = on;
revoke connect, temporary on database postgres from public;
revoke connect, temporary on database template1 from public;
`;

export const GRANT_READING = `
revoke all on schema public from public;
grant usage on schema public to strongroom_reader;
grant select on airports, flights, bird_strikes to strongroom_reader;
`;
