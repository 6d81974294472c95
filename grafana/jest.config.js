// Times in tests mean UTC wherever they run.
process.env.TZ = 'UTC';

const scaffold = require('./.config/jest.config');
const { grafanaESModules, nodeModulesToTransform } = require('./.config/jest/utils');
const [swc] = Object.values(scaffold.transform);

module.exports = {
  ...scaffold,
  setupFiles: ['<rootDir>/jest-browser.js'],
  // Some d3 modules ship .mjs only, which the scaffold does not transform.
  transform: { ...scaffold.transform, '^.+\\.mjs$': swc },
  // What @grafana/ui 13 brings besides as ES modules.
  transformIgnorePatterns: [nodeModulesToTransform([...grafanaESModules, '@react-hookz/web', '@ver0/deep-equal'])],
  // Menus of @grafana/ui take seconds to open in jsdom on a busy machine.
  testTimeout: 30_000,
};
