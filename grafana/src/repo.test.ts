import fs from 'fs';
import path from 'path';

interface PluginJson {
  type: string;
  id: string;
  name: string;
  info: { logos: { small: string; large: string } };
  dependencies: { grafanaDependency: string };
  includes?: Array<{ type: string; name: string }>;
  routes?: Array<{ path: string; method: string; reqRole: string; url: string; headers: Array<{ content: string }> }>;
}

const SOURCE = __dirname;
const ROOT = path.join(SOURCE, '..');
const DIST = path.join(ROOT, 'dist');
const ID = /^[0-9a-z]+-([0-9a-z]+-)?(app|panel|datasource)$/;

const files = (folder: string): string[] =>
  fs.existsSync(folder)
    ? fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name))
    : [];
const read = (file: string) => fs.readFileSync(file, 'utf8');
const plugin = (file: string): PluginJson => JSON.parse(read(file));

const manifests = files(SOURCE).filter((file) => path.basename(file) === 'plugin.json');
const app = plugin(path.join(SOURCE, 'plugin.json'));
const nested = manifests.filter((file) => path.dirname(file) !== SOURCE);
const bundles = files(DIST).filter((file) => /\.js$/.test(file));

describe('the plugins', () => {
  it('are all in includes[], and nothing else is', () => {
    const folders = nested.map((file) => plugin(file)).map(({ type, name }) => `${type} ${name}`);
    const included = (app.includes ?? []).map(({ type, name }) => `${type} ${name}`);

    expect(included.sort()).toEqual(folders.sort());
    expect(folders).toContain('datasource OpsSight data source');
  });

  it.each(manifests.map((file) => [path.relative(SOURCE, file)]))('have what Grafana wants: %s', (name) => {
    const file = path.join(SOURCE, name);
    const { id, type, info, dependencies } = plugin(file);
    const folder = path.dirname(file);

    expect(id).toMatch(ID);
    expect(id.endsWith(`-${type}`)).toBe(true);
    expect(dependencies.grafanaDependency).toBe('>=11.6.0');
    expect(fs.existsSync(path.join(folder, info.logos.small))).toBe(true);
    expect(fs.existsSync(path.join(folder, info.logos.large))).toBe(true);
    expect(fs.readdirSync(folder)).toContain('module.ts');
  });

  it('are called as their folders are', () => {
    for (const file of nested) {
      const folder = path.basename(path.dirname(file));
      const { id, type } = plugin(file);

      expect(id).toBe(type === 'panel' ? `opssight-${folder}-panel` : `opssight-${folder}`);
    }
    expect(nested.length).toBeGreaterThan(0);
  });

  it('let nobody act who is less than an Editor', () => {
    expect(app.routes).toHaveLength(1);
    expect(app.routes?.[0]).toMatchObject({ path: 'actions/*', method: 'POST', reqRole: 'Editor' });
    expect(app.routes?.[0]?.url).toBe('{{ .JsonData.apiUrl }}/actions');
    expect(app.routes?.[0]?.headers[0]?.content).toBe('Bearer {{ .SecureJsonData.actionToken }}');
  });
});

describe('the sources', () => {
  it('name no package registry, not in the lock file either', () => {
    const lock = JSON.parse(read(path.join(ROOT, 'package-lock.json')));
    const resolved = Object.values<{ resolved?: string }>(lock.packages).filter((entry) => entry.resolved);

    expect(resolved).toEqual([]);
    expect(fs.existsSync(path.join(ROOT, '.npmrc'))).toBe(false);
  });

  it('hold no test data that would be shipped', () => {
    const json = files(SOURCE).filter((file) => file.endsWith('.json') && path.basename(file) !== 'plugin.json');

    expect(json).toEqual([]);
  });
});

const built = bundles.length > 0 ? describe : describe.skip;

built('the bundles', () => {
  it.each(['ReactCurrentOwner', 'jsx-runtime', 'jsx-dev-runtime', 'findDOMNode', '__SECRET_INTERNALS', 'defaultProps'])(
    'hold no %s, on which React 18 and 19 differ',
    (word) => {
      expect(bundles.filter((file) => read(file).includes(word))).toEqual([]);
    }
  );

  it('have a module, a logo and their version for every plugin', () => {
    for (const manifest of manifests) {
      const folder = path.join(DIST, path.relative(SOURCE, path.dirname(manifest)));

      expect(fs.readdirSync(folder)).toEqual(expect.arrayContaining(['module.js', 'plugin.json', 'img']));
      expect(read(path.join(folder, 'plugin.json'))).not.toMatch(/%[A-Z_]+%/);
      expect(fs.readdirSync(path.join(folder, 'img'))).toContain('logo.svg');
    }
  });
});
