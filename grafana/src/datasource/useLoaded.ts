import { useEffect, useState } from 'react';

export interface Loaded<Value> {
  value?: Value;
  error?: string;
  isLoading: boolean;
}

/** What `load` resolves to. It is called again when it changes; the last value stays until the next is there. */
export function useLoaded<Value>(load: () => Promise<Value>): Loaded<Value> {
  const [loaded, setLoaded] = useState<Loaded<Value>>({ isLoading: true });

  useEffect(() => {
    let isCurrent = true;
    const settle = (next: Loaded<Value>) => {
      if (isCurrent) {
        setLoaded((before) => ({ ...before, error: undefined, ...next }));
      }
    };
    load().then(
      (value) => settle({ value, isLoading: false }),
      (error) => settle({ error: error instanceof Error ? error.message : String(error), isLoading: false })
    );
    return () => {
      isCurrent = false;
    };
  }, [load]);

  return loaded;
}
