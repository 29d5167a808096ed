import type { WrongCase } from "./types.ts";

const section = (name: string) => `trading-platform:${name}`;

/** Wrong stack files about who is told: routing, notifications, alarms. */
export const routingCases: WrongCase[] = [
  {
    name: "a repetition as long as the group interval, which Alertmanager would double",
    change: (config) => {
      config[section("routing")].critical.timing = { groupInterval: "5m", repeatInterval: "5m" };
    },
    expect: {
      key: "routing.critical.timing.repeatInterval",
      allowed: /multiple of groupInterval \(5m\), at least 10 times/,
    },
  },
  {
    name: "a repetition that is no multiple of the group interval",
    change: (config) => {
      config[section("routing")].warning.timing = { repeatInterval: "31m" };
    },
    expect: { key: "routing.warning.timing.repeatInterval", allowed: /multiple of groupInterval \(2m\)/ },
  },
  {
    name: "a duration in days, which Grafana's provider does not keep",
    change: (config) => {
      config[section("routing")].digest.timing = { repeatInterval: "1d" };
    },
    expect: { key: "routing.digest.timing.repeatInterval", allowed: /hours, minutes, seconds/ },
  },
  {
    name: "warnings that nobody gets",
    change: (config) => {
      config[section("routing")].warning = { email: [] };
    },
    expect: { key: "routing.warning", allowed: /at least one of slack, email/ },
  },
  {
    name: "a digest whose window would pass midnight",
    change: (config) => {
      config[section("routing")].digest.time = "23:45";
    },
    expect: { key: "routing.digest.time", allowed: /between 00:00 and 22:59/ },
  },
  {
    name: "a Slack channel without its #",
    change: (config) => {
      config[section("routing")].warning.slack = "alerts";
    },
    expect: { key: "routing.warning.slack", allowed: /with its #/ },
  },
  {
    name: "a Slack channel without quotes, which YAML reads as a comment",
    change: (config) => {
      config[section("routing")].warning.slack = null;
    },
    expect: { key: "routing.warning.slack", allowed: /in quotes/, found: "empty" },
  },
  {
    name: "a Slack webhook in place of its channel, which is not shown",
    change: (config) => {
      config[section("routing")].warning.slack = "https://hooks.slack.com/services/T0/B0/hunter";
    },
    expect: {
      key: "routing.warning.slack",
      allowed: /with its #/,
      found: "a text that looks like a secret and is not shown",
    },
  },
  {
    name: "a telephone number without quotes",
    change: (config) => {
      config[section("notifications")].warning = [{ protocol: "sms", endpoint: 15555550100 }];
    },
    expect: { key: "notifications.warning.0.endpoint", allowed: /a telephone number in quotes/ },
  },
  {
    name: "a webhook in clear",
    change: (config) => {
      config[section("routing")].heartbeat = { url: "https://example.com/beat" };
    },
    expect: { key: "routing.heartbeat.url", allowed: /external/ },
  },
  {
    name: "a subscriber without encryption",
    change: (config) => {
      config[section("notifications")].critical = [{ protocol: "http", endpoint: "http://example.com" }];
    },
    expect: { key: "notifications.critical.0.protocol", allowed: /email, sms or https/ },
  },
  {
    name: "a telephone number as people write it",
    change: (config) => {
      config[section("notifications")].critical = [{ protocol: "sms", endpoint: "0555 0100" }];
    },
    expect: { key: "notifications.critical.0.endpoint", allowed: /\+15555550100/ },
  },
  {
    name: "a share above the whole",
    change: (config) => {
      config[section("alarms")].databaseCpuPercent = 180;
    },
    expect: { key: "alarms.databaseCpuPercent", allowed: /100/ },
  },
];
