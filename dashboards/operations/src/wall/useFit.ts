// How many lines of a list fit where it stands: a wall cannot scroll.

import { type RefObject, useEffect, useRef, useState } from 'react';

interface Fit {
  element: RefObject<HTMLDivElement | null>;
  rows: number;
  columns: number;
}

/** Lines of `lineRem` height in columns of at least `columnRem`. */
export function useFit(lineRem: number, columnRem: number): Fit {
  const element = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ rows: 0, columns: 1 });
  useEffect(() => {
    const box = element.current;
    if (!box) return;
    const measure = () => {
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      setSize({
        rows: Math.max(1, Math.floor(box.clientHeight / (lineRem * rem))),
        columns: Math.max(1, Math.floor(box.clientWidth / (columnRem * rem))),
      });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    measure();
    return () => observer.disconnect();
  }, [lineRem, columnRem]);
  return { element, ...size };
}
