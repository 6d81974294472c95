import type { DataSourceSettings } from '@grafana/data';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';
import { ConfigEditor } from './ConfigEditor';
import type { OpsSightOptions, OpsSightSecrets } from './types';

type Settings = DataSourceSettings<OpsSightOptions, OpsSightSecrets>;

function open(start: Partial<Settings>) {
  let saved = { url: '', jsonData: {}, secureJsonFields: {}, readOnly: false, ...start } as Settings;
  const Page = () => {
    const [options, setOptions] = useState(saved);
    saved = options;
    return <ConfigEditor options={options} onOptionsChange={setOptions} />;
  };
  render(<Page />);
  return () => saved;
}

describe('the settings of the data source', () => {
  it('take address and token, and send the token as a header', async () => {
    const saved = open({});

    await userEvent.type(screen.getByLabelText('URL'), 'http://opssight:8000/json');
    await userEvent.type(screen.getByLabelText('Token'), 'secret-1');

    expect(saved()).toMatchObject({
      access: 'proxy',
      url: 'http://opssight:8000/json',
      jsonData: { httpHeaderName1: 'Authorization' },
      secureJsonData: { httpHeaderValue1: 'Bearer secret-1' },
    });
  });

  it('take a token that was pasted with its scheme', async () => {
    const saved = open({});

    await userEvent.click(screen.getByLabelText('Token'));
    await userEvent.paste('Bearer secret-1');

    expect(saved().secureJsonData).toEqual({ httpHeaderValue1: 'Bearer secret-1' });
  });

  it('say when the address lacks the prefix', async () => {
    open({ url: 'http://opssight:8000' });

    expect(screen.getByText(/ends with \/json/)).toBeInTheDocument();
  });

  it('find nothing wrong with a right address', () => {
    open({ url: 'https://example.com/ops/json' });

    expect(screen.queryByText(/ends with \/json/)).not.toBeInTheDocument();
  });

  it('do not show a token that is set, and can replace it', async () => {
    const saved = open({ url: 'http://o/json', secureJsonFields: { httpHeaderValue1: true } });
    expect(screen.getByLabelText('Token')).toBeDisabled();

    await userEvent.click(screen.getByRole('button', { name: 'Reset' }));

    expect(screen.getByLabelText('Token')).toBeEnabled();
    expect(saved().secureJsonFields).toEqual({ httpHeaderValue1: false });
  });

  it('cannot be changed where they are provisioned', () => {
    open({ url: 'http://o/json', readOnly: true });

    expect(screen.getByLabelText('URL')).toBeDisabled();
    expect(screen.getByLabelText('Token')).toBeDisabled();
  });
});
