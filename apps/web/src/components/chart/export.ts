import { saveAs } from '../save-as.ts';

const SCALE = 2;

/** An SVG file that looks the same outside this page: variables resolved, background and font written into it. */
export function saveVector(svg: SVGSVGElement | null): void {
  if (svg !== null) saveAs('chart.svg', standalone(svg));
}

export async function saveImage(svg: SVGSVGElement | null): Promise<void> {
  if (svg === null) return;
  const url = URL.createObjectURL(standalone(svg));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = svg.clientWidth * SCALE;
    canvas.height = svg.clientHeight * SCALE;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => blob !== null && saveAs('chart.png', blob));
  } finally {
    URL.revokeObjectURL(url);
  }
}

function standalone(svg: SVGSVGElement): Blob {
  const style = getComputedStyle(svg);
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('color', style.color);
  copy.setAttribute('font-family', style.fontFamily);
  copy.setAttribute('font-size', '12');
  const paper = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  for (const [name, value] of Object.entries({
    width: '100%',
    height: '100%',
    fill: getComputedStyle(document.documentElement).getPropertyValue('--sr-surface').trim(),
  }))
    paper.setAttribute(name, value);
  copy.prepend(paper);
  const text = new XMLSerializer()
    .serializeToString(copy)
    .replaceAll(/var\((--[\w-]+)\)/g, (_, name: string) => getComputedStyle(svg).getPropertyValue(name).trim());
  return new Blob([text], { type: 'image/svg+xml' });
}
