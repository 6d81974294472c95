import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';
import { HttpError, serve, setVariables } from '../shared/testing';
import { QueryEditor } from './QueryEditor';
import { dataSource, METRICS } from './testing';
import type { OpsSightQuery } from './types';
import { VariableQueryEditor } from './VariableQueryEditor';

const OPTIONS = [
  { label: 'Core', value: 'core' },
  { label: 'Data', value: 'data' },
];

beforeEach(() => setVariables({ team: ['core'] }));

function open(start: unknown, { answers = {}, Editor = QueryEditor } = {}) {
  const requests = serve({ '/metrics': METRICS, '/metric-payload-options': OPTIONS, ...answers });
  const saved: OpsSightQuery[] = [];
  const onRunQuery = jest.fn();
  const datasource = dataSource();
  const Page = () => {
    const [query, setQuery] = useState(start as OpsSightQuery);
    const onChange = (next: OpsSightQuery) => {
      saved.push(next);
      setQuery(next);
    };
    return <Editor datasource={datasource} query={query} onChange={onChange} onRunQuery={onRunQuery} />;
  };
  render(<Page />);
  return { requests, onRunQuery, last: () => saved.at(-1), count: () => saved.length };
}

const labels = () => screen.getAllByRole('option').map((option) => option.textContent);
const documentation = (name: string) => screen.findByRole('region', { name: `Documentation of ${name}` });

describe('the query editor', () => {
  it('offers every query, and takes one', async () => {
    const { last, onRunQuery } = open({ refId: 'A' });

    await userEvent.click(screen.getByLabelText('Query'));
    await userEvent.click(await screen.findByText('Lead time'));

    expect(last()).toEqual({ refId: 'A', target: 'dora/lead_time', payload: {} });
    expect(onRunQuery).toHaveBeenCalledTimes(1);
  });

  it('searches names and documentation by words in any order', async () => {
    open({ refId: 'A' });
    await screen.findByLabelText('Query');

    await userEvent.type(screen.getByLabelText('Query'), 'deployment commit');

    await screen.findByText('Lead time');
    expect(screen.queryByText('Runs')).not.toBeInTheDocument();
  });

  it('shows queries of the same connector first, and finds those of others by a search', async () => {
    open({ refId: 'A', target: 'dora/lead_time' });
    await documentation('Lead time');

    await userEvent.click(screen.getByLabelText('Query'));
    expect(labels()[0]).toContain('Lead time');
    await userEvent.type(screen.getByLabelText('Query'), 'every run');

    expect(await screen.findByText('Runs')).toBeInTheDocument();
    expect(labels()).toHaveLength(1);
  });

  it('takes a typed name of a query, and no other text', async () => {
    const { last, count } = open({ refId: 'A' });

    await userEvent.type(screen.getByLabelText('Query'), 'some words{Enter}');
    expect(count()).toBe(0);
    await userEvent.clear(screen.getByLabelText('Query'));
    await userEvent.type(screen.getByLabelText('Query'), 'ci/$metric{Enter}');

    expect(last()?.target).toBe('ci/$metric');
  });

  it('narrows the queries to a connector', async () => {
    open({ refId: 'A' });

    await userEvent.click(screen.getByLabelText('Connector'));
    await userEvent.click(await screen.findByText('ci'));
    await userEvent.click(screen.getByLabelText('Query'));

    await screen.findByText('Runs');
    expect(screen.queryByText('Lead time')).not.toBeInTheDocument();
  });

  it('shows the documentation and the columns of the chosen query', async () => {
    open({ refId: 'A', target: 'ci/runs' });

    const region = await documentation('Runs');

    expect(region).toHaveTextContent('Every run of every pipeline.');
    expect(within(region).getByText('status')).toBeInTheDocument();
    expect(region).toHaveTextContent('string: How the run ended');
  });

  it('takes several values, with options from the server', async () => {
    const { last, requests } = open({ refId: 'A', target: 'ci/runs', payload: { branch: 'main' } });

    await userEvent.click(await screen.findByLabelText('Team'));
    await userEvent.click(await screen.findByText('Data'));
    await userEvent.click(screen.getByLabelText('Team'));
    await userEvent.click(await screen.findByText('Core'));

    expect(last()?.payload).toEqual({ branch: 'main', team: 'data,core' });
    expect(requests.find(({ url }) => url.endsWith('/metric-payload-options'))?.data).toEqual({
      metric: 'ci/runs',
      name: 'team',
      payload: { branch: 'main' },
    });
  });

  it('takes a variable that is typed, and offers those of the dashboard', async () => {
    const { last } = open({ refId: 'A', target: 'ci/runs' });

    await userEvent.click(await screen.findByLabelText('Team'));
    expect(labels()).toContain('$team');
    await userEvent.type(screen.getByLabelText('Team'), '$' + '{{squad:csv}{Enter}');

    expect(last()?.payload).toEqual({ team: '${squad:csv}' });
  });

  it('leaves a parameter out once it is emptied', async () => {
    const { last } = open({ refId: 'A', target: 'ci/runs', payload: { team: 'core', branch: 'main' } });

    await userEvent.clear(await screen.findByLabelText('Branch'));
    await userEvent.tab();

    expect(last()?.payload).toEqual({ team: 'core' });
  });

  it('saves a text when it is left, and only when it changed', async () => {
    const { last, count } = open({ refId: 'A', target: 'ci/runs' });

    await userEvent.click(await screen.findByLabelText('Branch'));
    await userEvent.tab();
    expect(count()).toBe(0);
    await userEvent.type(screen.getByLabelText('Branch'), 'release/*');
    await userEvent.tab();

    expect(last()?.payload).toEqual({ branch: 'release/*' });
    expect(count()).toBe(1);
  });

  it('keeps only the parameters that the next query knows', async () => {
    const { last } = open({ refId: 'A', target: 'ci/runs', payload: { team: 'core', branch: 'main' } });
    await documentation('Runs');

    await userEvent.click(screen.getByLabelText('Connector'));
    await userEvent.click(await screen.findByText('dora'));
    await userEvent.click(screen.getByLabelText('Query'));
    await userEvent.click(await screen.findByText('Lead time'));

    expect(last()).toEqual({ refId: 'A', target: 'dora/lead_time', payload: { team: 'core' } });
  });

  it('says when it is not offered a query that the dashboard names', async () => {
    open({ refId: 'A', target: 'gone/query' });

    expect(await screen.findByText('OpsSight offers no query “gone/query” to you.')).toBeInTheDocument();
  });

  it('says why the list could not be read', async () => {
    open({ refId: 'A' }, { answers: { '/metrics': new HttpError(502, { message: '' }) } });

    expect(await screen.findByText(/could not be read: OpsSight cannot be reached/)).toBeInTheDocument();
  });

  it('lets values be typed when their list cannot be loaded', async () => {
    const { last } = open(
      { refId: 'A', target: 'dora/lead_time' },
      { answers: { '/metric-payload-options': new HttpError(503, { message: '' }) } }
    );

    await userEvent.type(await screen.findByLabelText('Team'), 'core{Enter}');

    expect(last()?.payload).toEqual({ team: 'core' });
  });

  it('asks for the list again when a parameter changes on which it depends', async () => {
    const reloading = {
      ...METRICS[1],
      payloads: [{ name: 'org', label: 'Org', type: 'input', reloadMetric: true }],
    };
    const { requests } = open({ refId: 'A', target: 'dora/lead_time' }, { answers: { '/metrics': [reloading] } });

    await userEvent.type(await screen.findByLabelText('Org'), 'acme');
    await userEvent.tab();

    await waitFor(() => expect(requests.at(-1)?.data).toEqual({ metric: 'dora/lead_time', payload: { org: 'acme' } }));
    expect(requests).toHaveLength(2);
  });
});

describe('the editor of a variable', () => {
  it('starts from a query, from a name alone and from nothing', async () => {
    open('teams/teams', { Editor: VariableQueryEditor });
    expect(await documentation('Teams')).toHaveTextContent('no documentation');
  });

  it('puts queries made for variables first', async () => {
    const { last } = open('', { Editor: VariableQueryEditor });

    await userEvent.click(screen.getByLabelText('Query'));
    await screen.findByText('Teams');
    expect(labels()[0]).toContain('Teams');
    await userEvent.click(screen.getByText('Teams'));

    expect(last()).toEqual({ refId: 'variable', target: 'teams/teams', payload: {} });
  });
});
