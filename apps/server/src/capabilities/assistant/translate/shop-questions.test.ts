import { startPostgres, type TestPostgres } from '@strongroom/testkit';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SHOP, SHOP_SETUP } from './test-shop.ts';
import { translate } from './translate.ts';

// A second schema, of which most keys are only said by names. The reference SQL says what a person means.

const ANSWERED: readonly (readonly [question: string, reference: string])[] = [
  ['How many customers are in each country?', 'select country, count(*) from customers group by 1 order by 2 desc, 1'],
  [
    'How many customers signed up in 2025?',
    `select count(*) from customers where signup_date >= '2025-01-01' and signup_date < '2026-01-01'`,
  ],
  ['How many different cities do customers live in?', 'select count(distinct city) from customers'],
  ['What countries do we have customers in?', 'select distinct country from customers order by 1'],
  [
    'Show the name and email of customers in Berlin',
    `select name, email from customers where city = 'Berlin' order by 1`,
  ],
  ['How many customers from Paris or Lyon?', `select count(*) from customers where city in ('Paris', 'Lyon')`],
  ['How many customers are not from Paris?', `select count(*) from customers where city <> 'Paris'`],
  ['List the names of customers without an email', 'select name from customers where email is null order by 1'],
  ['How many customers have an email?', 'select count(email) from customers'],
  [
    'Customers whose name starts with "customer 1"',
    `select id, name from customers where name like 'Customer 1%' order by 1`,
  ],
  ['What share of customers are active?', 'select 100.0 * sum(is_active::int) / count(*) from customers'],
  [
    'How many active customers are there in each city? Return the city and the number.',
    'select city, count(*) from customers where is_active group by 1 order by 2 desc, 1',
  ],
  [
    'What is the ratio of customers in Austria to customers in Germany?',
    `select sum((country = 'Austria')::int)::numeric / sum((country = 'Germany')::int) from customers`,
  ],
  // Rows that point at a row: none of them, some, so many.
  [
    'Which customers have not placed any orders?',
    'select id, name from customers where id not in (select customer_id from orders) order by 1',
  ],
  [
    'How many customers have placed at least 5 orders?',
    'select count(*) from (select customer_id from orders group by 1 having count(*) >= 5) as often',
  ],
  [
    'How many customers have not placed any orders in March 2026?',
    `select count(*) from customers where id not in (select customer_id from orders where order_date between '2026-03-01' and '2026-03-31')`,
  ],
  [
    'Which customers have not placed any cancelled orders?',
    `select id, name from customers where id not in (select customer_id from orders where status = 'cancelled') order by 1`,
  ],
  [
    'Which customers signed up after 2025-06-01 and have no orders?',
    `select id, name from customers where signup_date > '2025-06-01' and id not in (select customer_id from orders) order by 1`,
  ],
  [
    'Return the id and name of products that have never been ordered',
    'select id, name from products where id not in (select product_id from order_items) order by 1',
  ],
  ['How many products have been reviewed?', 'select count(distinct product_id) from reviews'],
  [
    'Number of customers with orders and reviews',
    'select count(*) from customers where id in (select customer_id from orders) and id in (select customer_id from reviews)',
  ],
  [
    'Which orders have more than 3 items?',
    'select o.id, o.customer_id, o.order_date, o.status, o.total_amount, o.shipped_at, o.is_gift from orders o where (select count(*) from order_items i where i.order_id = o.id) > 3 order by 1',
  ],
  // Joins along keys that only names say, from many to one.
  [
    'What is the average order total amount per country?',
    'select c.country, avg(o.total_amount) from orders o join customers c on c.id = o.customer_id group by 1 order by 2 desc, 1',
  ],
  [
    'What is the total amount of orders by customer city?',
    'select c.city, sum(o.total_amount) from orders o join customers c on c.id = o.customer_id group by 1 order by 2 desc, 1',
  ],
  [
    'How many orders were placed by customers from Germany?',
    `select count(*) from orders o join customers c on c.id = o.customer_id where c.country = 'Germany'`,
  ],
  [
    'Total quantity by product category',
    'select p.category, sum(i.quantity) from order_items i join products p on p.id = i.product_id group by 1 order by 2 desc, 1',
  ],
  [
    'How many reviews have a rating of at least 4 for products in Seating?',
    `select count(*) from reviews r join products p on p.id = r.product_id where r.rating >= 4 and p.category = 'Seating'`,
  ],
  // What a later sentence wants to see.
  [
    'Who are the top 3 customers by total order amount? Return their name, email and total amount.',
    'select c.name, c.email, sum(o.total_amount) from orders o join customers c on c.id = o.customer_id group by c.id, 1, 2 order by 3 desc, 1 limit 3',
  ],
  [
    'Return the number of orders and the total amount for each customer country, ordered by total amount in descending order',
    'select c.country, count(*), sum(o.total_amount) from orders o join customers c on c.id = o.customer_id group by 1 order by 3 desc, 1',
  ],
  [
    "Return the distinct list of customer IDs who have placed a 'cancelled' order.",
    `select distinct customer_id from orders where status = 'cancelled' order by 1`,
  ],
  [
    'Return the order ID and status of orders that do not have any items',
    'select id, status from orders where id not in (select order_id from order_items) order by 1',
  ],
  // Extremes, groups, thresholds.
  ['What is the most expensive product?', 'select id, name, price from products order by price desc limit 1'],
  ['Return the name and price of the 3 cheapest products', 'select name, price from products order by price limit 3'],
  [
    'Which product has the highest average rating?',
    'select p.name, avg(r.rating) from reviews r join products p on p.id = r.product_id group by p.id, 1 order by 2 desc, 1 limit 1',
  ],
  [
    'Products with an average rating below 3',
    'select p.name, avg(r.rating) from reviews r join products p on p.id = r.product_id group by p.id, 1 having avg(r.rating) < 3 order by 2 desc, 1',
  ],
  ['Products priced between 50 and 150', 'select id, name from products where price between 50 and 150 order by 1'],
  [
    'Which country has the most active customers?',
    'select country, count(*) from customers where is_active group by 1 order by 2 desc, 1 limit 1',
  ],
  [
    'Which month had the most orders?',
    `select date_trunc('month', order_date)::date, count(*) from orders group by 1 order by 2 desc, 1 limit 1`,
  ],
  [
    'How many shipped orders are there per month?',
    `select date_trunc('month', order_date)::date, count(*) from orders where status = 'shipped' group by 1 order by 1`,
  ],
  // Of two dates the one that says no more than that dates the order.
  [
    'How many orders were placed in March 2026?',
    `select count(*) from orders where order_date between '2026-03-01' and '2026-03-31'`,
  ],
  [
    'How many orders in the last 30 days?',
    `select count(*) from orders where order_date >= '2026-10-21' and order_date < '2026-11-21'`,
  ],
  [
    'What is the ratio of orders with a total amount above 200 to all orders?',
    'select sum((total_amount > 200)::int)::numeric / count(*) from orders',
  ],
];

const DECLINED: readonly (readonly [question: string, why: string])[] = [
  ['Which customers ordered in 2026 but not in 2025?', 'no one order is both'],
  ['How many orders in Q1 2026 and Q2 2026?', 'no day is in both'],
  ['How many orders in March and April 2026?', 'no day is in both'],
  ['Which customers have only cancelled orders?', 'all of them is not some of them'],
  ['Which month had the highest total amount?', 'a sum or a single order'],
  ['Which 3 products have the best ratings?', 'a mean or a single review'],
  ['Which customers have the most orders?', 'how many of them'],
  ['For each category, what is the cheapest product?', 'a product of each, not a price'],
  ['What was the first order of each customer?', 'an order of each, not a day'],
  ['Number of orders by customers who signed up in 2025', 'by each of them, or by them all'],
  ['Show orders from the last week of March', 'not the week before this one'],
  ['How many orders compared to last year?', 'a comparison'],
  ['Average total amount in dollars', 'no currency is known'],
  ['What is the average number of orders per customer?', 'a mean of counts'],
  ['Products more expensive than Lamp', 'compared with another row'],
  ['What is the second most expensive product?', 'not the first'],
  ['Customers with orders or reviews', 'or'],
  ['How many customers live in Rome?', 'no such value'],
  ['Which warehouse has the most stock?', 'no such thing'],
  ['How many orders were made this March? How many of them were gifts?', 'two questions'],
  ['What is the ratio of products to customers?', 'rows of two tables'],
  ['Delete customers without orders', 'not a question'],
];

let postgres: TestPostgres;
let client: pg.Client;
beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.run(SHOP_SETUP);
  client = await postgres.connect();
});
afterAll(async () => {
  await client.end();
  await postgres.stop();
});

const name = (text: string): string => client.escapeIdentifier(text);
const rowsOf = async (text: string): Promise<unknown[][]> =>
  (await client.query<unknown[]>({ text, rowMode: 'array' })).rows;

function ask(question: string, isUnique?: boolean) {
  return translate({
    question,
    tables: SHOP,
    today: new Date('2026-11-20T12:00:00Z'),
    lookup: async (table, columns, words) => {
      const found: { column: string; value: string }[] = [];
      for (const column of columns) {
        const { rows } = await client.query<{ value: string }>(
          `select distinct ${name(column)} as value from ${name(table.name)} where lower(${name(column)}) = lower($1)`,
          [words],
        );
        found.push(...rows.map(({ value }) => ({ column, value })));
      }
      return found;
    },
    isUnique: async (table, columns) =>
      isUnique ??
      (await rowsOf(`select 1 from ${name(table.name)} group by ${columns.map(name).join()} having count(*) > 1`))
        .length === 0,
  });
}

test.each(ANSWERED)('"%s" is answered as SQL written by hand answers it', async (question, reference) => {
  const translation = await ask(question);
  if (translation.kind === 'declined')
    throw new Error(`declined: ${translation.understanding.notUnderstood.join(', ')}`);
  const expected = await rowsOf(reference);
  expect(numbers(await rowsOf(translation.sql)), translation.sql).toEqual(numbers(expected));
});

test.each(DECLINED)('"%s" is declined: %s', async (question) => {
  const translation = await ask(question);
  expect(translation.kind === 'translated' ? translation.sql : 'declined').toBe('declined');
  expect(translation.understanding.notUnderstood.join('')).not.toBe('');
});

test('a join along a key that nobody declared is made only when the source says that it leads to one row', async () => {
  const question = 'What is the total amount of orders by customer city?';
  expect((await ask(question, true)).kind).toBe('translated');
  expect(await ask(question, false)).toMatchObject({
    kind: 'declined',
    understanding: { notUnderstood: ['whether `customers` has one row for each id'] },
  });
});

/** One division has more digits than another of the same numbers. */
function numbers(rows: readonly unknown[][]): unknown[][] {
  return rows.map((row) =>
    row.map((value) =>
      typeof value === 'string' && /^-?\d+\.\d+$/.test(value) ? Number(value).toPrecision(12) : value,
    ),
  );
}
