import type { CatalogColumn, CatalogTable, ValueKind } from '@strongroom/protocol';

// A shop, by hand, for tests of the translator: some keys are declared, some only said by names.

export const SHOP_SETUP = `
create table customers (id int primary key, name text not null, email text, city text not null, country text not null, signup_date date not null, is_active boolean not null);
insert into customers select n, 'Customer ' || n, case when n % 4 = 0 then null else 'c' || n || '@example.com' end, (array['Paris','Lyon','Berlin','Hamburg','Vienna'])[1 + n % 5],
  (array['France','France','Germany','Germany','Austria'])[1 + n % 5], date '2025-01-05' + n * 7, n % 3 <> 0 from generate_series(1, 40) n;
create table products (id int primary key, name text not null, category text not null, price numeric(10,2) not null, discontinued boolean not null);
insert into products select n, (array['Lamp','Chair','Desk','Shelf','Rug','Clock','Vase','Mirror','Sofa','Stool'])[n], (array['Lighting','Seating','Tables','Storage'])[1 + (n * 3) % 4], 10 + n * n * 3.5, n % 5 = 0 from generate_series(1, 10) n;
create table orders (id int primary key, customer_id int not null, order_date date not null, status text not null, total_amount numeric(10,2) not null, shipped_at timestamp, is_gift boolean not null);
insert into orders select n, 1 + (n * 7) % 31, date '2026-01-01' + n * 2, (array['paid','shipped','cancelled','returned','shipped'])[1 + n % 5], 20 + (n * 37) % 400, case when n % 5 in (1, 4) then timestamp '2026-01-03' + n * interval '2 days' end, n % 6 = 0 from generate_series(1, 150) n;
create table order_items (id int primary key, order_id int not null references orders, product_id int not null references products, quantity int not null, unit_price numeric(10,2) not null);
insert into order_items select n, 1 + (n * 3) % 150, 1 + (n * n) % 9, 1 + n % 4, 10 + n % 50 from generate_series(1, 400) n;
create table reviews (id int primary key, product_id int not null, customer_id int not null, rating int not null, created_at date not null);
insert into reviews select n, 1 + (n * 5) % 8, 1 + (n * 11) % 40, 1 + (n * n) % 5, date '2026-02-01' + n from generate_series(1, 90) n;
`;

type Specification = Readonly<Record<string, ValueKind>>;

function table(
  name: string,
  specification: Specification,
  keys: readonly (readonly [string, string])[] = [],
  nullable: readonly string[] = [],
): CatalogTable {
  return {
    resource: `shop.public.${name}`,
    source: 'shop',
    schema: 'public',
    name,
    kind: 'table',
    comment: null,
    description: null,
    tags: [],
    owner: null,
    columns: Object.entries(specification).map(([column, kind]): CatalogColumn => ({
      name: column,
      type: kind,
      kind,
      nullable: nullable.includes(column),
      comment: null,
      description: null,
      tags: [],
      owner: null,
      isKey: column === 'id',
    })),
    primaryKey: ['id'],
    foreignKeys: keys.map(([column, target]) => ({
      columns: [column],
      references: { schema: 'public', table: target, columns: ['id'] },
    })),
  };
}

export const SHOP: readonly CatalogTable[] = [
  table(
    'customers',
    {
      id: 'integer',
      name: 'text',
      email: 'text',
      city: 'text',
      country: 'text',
      signup_date: 'date',
      is_active: 'boolean',
    },
    [],
    ['email'],
  ),
  table('products', { id: 'integer', name: 'text', category: 'text', price: 'decimal', discontinued: 'boolean' }),
  table(
    'orders',
    {
      id: 'integer',
      customer_id: 'integer',
      order_date: 'date',
      status: 'text',
      total_amount: 'decimal',
      shipped_at: 'timestamp',
      is_gift: 'boolean',
    },
    [],
    ['shipped_at'],
  ),
  table(
    'order_items',
    { id: 'integer', order_id: 'integer', product_id: 'integer', quantity: 'integer', unit_price: 'decimal' },
    [
      ['order_id', 'orders'],
      ['product_id', 'products'],
    ],
  ),
  table('reviews', {
    id: 'integer',
    product_id: 'integer',
    customer_id: 'integer',
    rating: 'integer',
    created_at: 'date',
  }),
];
