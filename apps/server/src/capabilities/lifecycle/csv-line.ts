/** What a spreadsheet would take for a formula; their makers advise to put a quote before it. */
const formula = /^[=+\-@\t\r]/;
const special = /[",\r\n]/;

/** A line of CSV (RFC 4180). */
export function csvLine(values: readonly string[]): string {
  const cells = values.map((value) => {
    const harmless = formula.test(value) ? `'${value}` : value;
    return special.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
  });
  return `${cells.join(',')}\r\n`;
}
