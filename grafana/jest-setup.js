import './.config/jest-setup';
import { configure } from '@testing-library/react';

configure({ asyncUtilTimeout: 10_000 });

// A warning fails the test that caused it; the one notice that i18next prints on loading is none.
const warnings = [];
const warn = (...words) => warnings.push(words.map(String).join(' '));
Object.assign(console, { error: warn, warn, info: () => {} });

afterEach(() => {
  const found = warnings.splice(0);
  if (found.length > 0) {
    throw new Error(`The test caused a warning:\n${found.join('\n')}`);
  }
});
