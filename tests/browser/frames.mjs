// Live frames as docs/live.md describes them, made up for tests that play hours of them in seconds.
const MINUTES = 60;
const PROVIDERS = ["openai", "anthropic", "google", "xai", "azure", "groq"];

const wave = (step, middle) => Math.round(middle * (1.2 + Math.sin(step / 7) + 0.2 * Math.cos(step)));

const series = (minute, back) => {
  const at = (middle) => Array.from({ length: MINUTES }, (_, index) => wave(minute - MINUTES + 1 + index - back, middle));
  return {
    active_users_now: at(40),
    queries_per_minute: at(50),
    tokens_consumed_today: at(9000),
    revenue_today: at(20),
    avg_latency_ms: at(700).map((value, index) => (index % 11 === 0 ? null : value)),
    error_rate_percentage: at(1),
  };
};

const six = (step) => ({
  active_users_now: wave(step, 40),
  queries_per_minute: wave(step, 50),
  tokens_consumed_today: 1000 + step * 130,
  revenue_today: (step / 4).toFixed(2),
  avg_latency_ms: step % 50 === 0 ? null : wave(step, 700),
  error_rate_percentage: wave(step, 1),
});

const event = (step) => ({
  id: `00000000-0000-7000-8000-${String(step).padStart(12, "0")}`,
  type: "response_received",
  at: step * 1000,
  label: "Answer received",
  user: `u_${step % 97}`,
  provider: PROVIDERS[step % PROVIDERS.length],
  model: "a-model",
  latency_ms: 500 + (step % 300),
  tokens: 900,
  cost: "0.0031",
  amount: step % 40 === 0 ? "49.00" : null,
  prefix: "$",
  country: "DE",
  status: step % 30 === 0 ? "error" : "ok",
});

/** The frame of second `step`; `whole` is the first of a connection. The hour comes with every new minute. */
export const frame = (step, whole = false) => {
  const minute = Math.floor(step / 60);
  const isNew = whole || step % 60 === 0;
  const { revenue_today, ...rest } = six(step);
  const calls = (index) => (wave(minute, 8) + index * 2 + (step % 60)) % 23;
  return {
    t: step * 1000,
    seq: step,
    tick_ms: 1000,
    kpi: { ...rest, revenue_today, currency: "USD", p95_latency_ms: wave(step, 1500) },
    yesterday: six(step + 5),
    change: { ...six(step), revenue_today: 2.5, error_rate_percentage: -0.2 },
    providers: PROVIDERS.map((id, index) => ({ id, label: id, per_minute: calls(index), avg_latency_ms: 700, error_rate_percentage: index })),
    minute: {
      t: minute * 60_000,
      ...rest,
      revenue_today: Number(revenue_today),
      providers: PROVIDERS.map((id, index) => ({ id, label: id, calls: calls(index) })),
    },
    ...(isNew && {
      hour: {
        t: (minute - MINUTES + 1) * 60_000,
        today: series(minute, 0),
        yesterday: series(minute, 1440),
        providers: PROVIDERS.map((id, index) => ({ id, label: id, calls: Array.from({ length: MINUTES }, (_, at) => (at + index) % 19) })),
      },
    }),
    events: whole ? [event(step), event(step - 1)] : [event(step)],
  };
};

/** The id of the event that the frame of second `step` brings. */
export const idOf = (step) => event(step).id;
