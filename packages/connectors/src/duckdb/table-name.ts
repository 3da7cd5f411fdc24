/** The table's name from a file's: `Flights 3M (2001).parquet` to `flights_3m_2001`. */
export function tableName(fileName: string): string {
  const base = fileName
    .split(/[/\\]/)
    .at(-1)!
    .replace(/\.[a-z0-9]{1,8}$/i, '');
  const plain = base
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 60);
  if (plain === '') return 'data';
  return /^[a-z]/.test(plain) ? plain : `t_${plain}`;
}
