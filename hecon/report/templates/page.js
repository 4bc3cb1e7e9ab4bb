"use strict";
/* The interactive part of the report: numbers as the report writes them, statistics over the stored draws, drawings,
   and the form that joins them. Everything is computed here; nothing is fetched and nothing is sent. */
window.hecon = (() => {
  const MINUS = "\u2212", NONE = "\u2013";
  /* Tolerances of the report itself: the error below which it is rounding in the arithmetic, not luck; how much wider
     than that of the mean the error of a 2.5% or 97.5% quantile is; the relative differences below which two amounts
     are the same, and below which three strategies lie on one line. */
  const { negligible: NEGLIGIBLE, tail: TAIL, tie: TIE, slope: SLOPE } =
    JSON.parse(document.getElementById("explore-exactness").textContent);
  const CLEAR = 2; // Monte Carlo errors by which two expected values must differ to be told apart
  const LEAST_QALY = 1e-4;
  const MOST_POINTS = 400, GRID = 100, BINS = 48;
  const MOST_WORTH = 1e8; // kroner: the highest amount that a reader may set

  /* ---- Numbers: the report's policy of rounding ---- */

  /** Writes so many decimals; exact halves go to the even digit. */
  function fixed(size, decimals) {
    const text = size.toFixed(decimals);
    const half = (size * 2 ** (decimals + 1)) % 2 === 1;
    return half && "13579".includes(text.at(-1)) ? (size * (1 - 2 ** -52)).toFixed(decimals) : text;
  }

  /** Rounds to decimals, or to tens and more where they are negative. */
  function round(value, places) {
    const size = Math.abs(value);
    let near = 0;
    if (places >= 0) near = Number(fixed(size, places));
    else {
      const unit = 10 ** -places, over = Math.floor(size) % unit, below = Math.floor(size) - over;
      const rest = over + (size - Math.floor(size));
      near = rest > unit / 2 || (rest === unit / 2 && (below / unit) % 2 === 1) ? below + unit : below;
    }
    return value < 0 && near ? -near : near;
  }

  function placesOf(value, error) {
    if (error > NEGLIGIBLE && Number.isFinite(error)) return -Math.floor(Math.log10(error));
    return Math.abs(value) > NEGLIGIBLE ? 2 - Math.floor(Math.log10(Math.abs(value))) : 0;
  }

  /** Gives the functions that write numbers in a language. */
  function writer(signs, say) {
    const grouped = (value, decimals = 0) => {
      const [whole, rest] = fixed(Math.abs(value), decimals).split(".");
      const text = whole.replace(/\B(?=(\d{3})+$)/g, signs.thousands) + (rest ? signs.decimal + rest : "");
      return value < 0 && /[1-9]/.test(whole + (rest || "")) ? MINUS + text : text;
    };
    const number = (value, error = 0) => {
      if (!Number.isFinite(value)) return NONE;
      const places = placesOf(value, error);
      return grouped(round(value, places), Math.max(places, 0));
    };
    const hundredths = (value, decimals = 0) => `${grouped(value, decimals)}${signs.percent}%`;
    return {
      grouped, number, hundredths,
      /** Writes an amount that the reader set: every decimal that it was given. */
      typed: (value) => grouped(value, (String(value).split(".")[1] || "").length),
      plain: (value) => String(value).replace(".", signs.decimal),
      plusMinus: (error) => (error > NEGLIGIBLE && Number.isFinite(error) ? `± ${number(error, error)}` : ""),
      interval: (low, high, error) => (Number.isFinite(low) && Number.isFinite(high)
        ? say("low_to_high", { low: number(low, TAIL * error), high: number(high, TAIL * error) }) : NONE),
      kroner: (value, error = 0) => {
        const text = number(value, error), minus = text.startsWith(MINUS);
        return (minus ? MINUS : "") + say("kroner", { amount: minus ? text.slice(1) : text });
      },
      chance: (share, draws) => {
        const error = 100 * Math.sqrt(Math.max(share * (1 - share), 0) / draws);
        const least = Math.min(Math.max(1, Math.ceil(300 / draws)), 50), percent = 100 * share;
        if (percent < least) return say("under", { percent: hundredths(least) });
        if (percent > 100 - least) return say("over", { percent: hundredths(100 - least) });
        return error >= 5 ? say("about", { percent: hundredths(round(percent, -1)) }) : hundredths(percent);
      },
    };
  }

  /** Reads an amount of 0 or more with a language's signs, thousands in groups of three or not; else nothing. */
  function reading(text, signs) {
    const [whole, rest = "0", ...more] = text.trim().replaceAll(signs.thousands, " ").split(signs.decimal);
    const plain = /^\d+$/.test(whole) || /^\d{1,3}(\s\d{3})+$/.test(whole);
    if (!plain || !/^\d{1,6}$/.test(rest) || more.length) return null;
    const value = Number(`${whole.replace(/\s/g, "")}.${rest}`);
    return value <= MOST_WORTH ? value : null;
  }

  /* ---- Statistics: plain arrays, strategies first, then draws ---- */

  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const mean = (values) => sum(values) / values.length;

  /** Monte Carlo error of the mean. */
  function errorOf(values) {
    const middle = mean(values);
    const squares = values.reduce((total, value) => total + (value - middle) ** 2, 0);
    return Math.sqrt(squares / (values.length - 1) / values.length);
  }

  /** Quantile of sorted values, linear between them. */
  function quantile(sorted, share) {
    const place = (sorted.length - 1) * share, below = Math.floor(place), part = place - below;
    const low = sorted[below], high = sorted[Math.min(below + 1, sorted.length - 1)];
    return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
  }

  function spread(values) {
    const sorted = Float64Array.from(values).sort();
    return { mean: mean(values), low: quantile(sorted, 0.025), high: quantile(sorted, 0.975), error: errorOf(values) };
  }

  /** Position of the highest value; the first of those as high but for rounding. */
  function best(values, terms = values.map(Math.abs)) {
    let highest = -Infinity, size = Infinity;
    for (let i = 0; i < values.length; i += 1) {
      size = values[i] > highest ? terms[i] : values[i] === highest ? Math.min(size, terms[i]) : size;
      highest = Math.max(highest, values[i]);
    }
    return values.findIndex((value, i) => value >= highest - TIE * Math.max(terms[i], size));
  }

  const benefits = (cost, effect, wtp) => cost.map((row, s) => row.map((c, d) => wtp * effect[s][d] - c));

  /** Share of draws in which each strategy has the highest net benefit. */
  function chances(cost, effect, wtp, scale) {
    const wins = new Array(cost.length).fill(0), draws = cost[0].length;
    const values = new Array(cost.length), terms = new Array(cost.length);
    for (let d = 0; d < draws; d += 1) {
      for (let s = 0; s < cost.length; s += 1) {
        values[s] = wtp * effect[s][d] - cost[s][d];
        terms[s] = wtp * Math.abs(effect[s][d]) + Math.abs(cost[s][d]) + scale;
      }
      wins[best(values, terms)] += 1;
    }
    return wins.map((count) => count / draws);
  }

  /** Strategy with the highest expected net benefit. */
  function bestExpected(cost, effect, wtp, scale) {
    const costs = cost.map(mean), effects = effect.map(mean);
    const values = costs.map((c, s) => wtp * effects[s] - c);
    return best(values, costs.map((c, s) => wtp * Math.abs(effects[s]) + Math.abs(c) + scale));
  }

  /** What choosing each strategy in every draw forgoes. */
  function losses(benefit) {
    const highest = benefit[0].map((_, d) => Math.max(...benefit.map((row) => row[d])));
    return benefit.map((row) => row.map((value, d) => highest[d] - value));
  }

  /** Values with those that only rounding keeps apart made the same. */
  function levelled(values) {
    const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b] || a - b), level = [...values];
    order.forEach((i, rank) => {
      const before = order[rank - 1];
      if (rank && values[i] - values[before] <= TIE * Math.max(Math.abs(values[i]), Math.abs(values[before]))) {
        level[i] = level[before];
      }
    });
    return level;
  }

  /** Frontier by rising cost, and for those off it which strategies make them needless. */
  function frontier(costs, effects) {
    const cost = levelled(costs), effect = levelled(effects);
    const order = cost.map((_, i) => i).sort((a, b) => cost[a] - cost[b] || effect[b] - effect[a] || a - b);
    const slope = (a, b) => (cost[b] - cost[a]) / (effect[b] - effect[a]);
    const undominated = [], hull = [], dominated = [];
    for (const i of order) {
      if (undominated.length && effect[i] <= effect[undominated.at(-1)]) dominated.push(i);
      else undominated.push(i);
    }
    for (const i of undominated) {
      while (hull.length > 1 && slope(hull.at(-2), hull.at(-1)) >= slope(hull.at(-1), i) * (1 - SLOPE)) hull.pop();
      hull.push(i);
    }
    const extended = undominated.filter((i) => !hull.includes(i)).map((i) => {
      const above = hull.findIndex((j) => cost[j] >= cost[i]);
      return { strategy: i, low: hull[above - 1], high: hull[above] };
    });
    const by = (i) => [...hull, ...extended.map((one) => one.strategy)].find(
      (j) => cost[j] <= cost[i] && effect[j] >= effect[i]);
    return { hull, extended, dominated: dominated.map((i) => ({ strategy: i, by: by(i) })) };
  }

  /** A ratio of means over draws with its Monte Carlo error. */
  function ratio(above, below) {
    const value = mean(above) / mean(below), rest = above.map((part, d) => part - value * below[d]);
    return { value, error: errorOf(rest) / Math.abs(mean(below)) };
  }

  /* ---- The data of the page ---- */

  /** Gives what the stored data say of a choice; increments of the comparator are 0. */
  function reader(data) {
    const made = new Map();
    const once = (key, make) => made.get(key) ?? made.set(key, make()).get(key);
    const array = (place) => once(place, () => {
      const bytes = Uint8Array.from(atob(data.arrays[place]), (letter) => letter.charCodeAt(0));
      const view = new DataView(bytes.buffer);
      return Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
    });
    const has = (horizon, group, name) => `${horizon} ${group} ${name}` in data.increments;
    return {
      has, once,
      increments(horizon, group, name) {
        const values = array(data.increments[`${horizon} ${group} ${name}`]);
        const rows = data.strategies.slice(1).map((_, p) => values.slice(p * data.draws, (p + 1) * data.draws));
        rows.splice(data.comparator, 0, new Array(data.draws).fill(0));
        return rows;
      },
      levels: (horizon, group, name) => data.levels[`${horizon} ${group} ${name}`],
    };
  }

  /** Computes everything that is shown of a choice. */
  function evaluate(data, read, choice) {
    const { pair, horizon, group, wtp } = choice, { cost: side, outcome } = data.pairs[pair];
    const money = outcome === "money", usual = data.comparator;
    const cost = read.increments(horizon, group, side), level = read.levels(horizon, group, side);
    const effect = money ? cost.map((row) => row.map(() => 0)) : read.increments(horizon, group, outcome);
    const start = money ? 0 : Math.abs(read.levels(horizon, group, outcome)[usual][0]);
    const scale = Math.abs(level[usual][0]) + wtp * start; // what the increments are differences of
    const benefit = benefits(cost, effect, wtp), loss = losses(benefit);
    const chance = chances(cost, effect, wtp, scale), first = bestExpected(cost, effect, wtp, scale);
    const rows = data.strategies.map((strategy, s) => ({
      strategy: s, cost: { mean: level[s][0], error: level[s][1] }, difference: spread(cost[s]),
      effect: money ? null : spread(effect[s]), benefit: spread(benefit[s]), chance: chance[s],
      loss: { mean: mean(loss[s]), error: errorOf(loss[s]) },
      behind: spread(benefit[s].map((value, d) => benefit[first][d] - value)),
    }));
    const result = { rows, first, cost, effect, benefit, scale, evpi: rows[first].loss };
    if (outcome === "days") {
      const costs = rows.map((row) => row.cost.mean), edge = frontier(costs, rows.map((row) => row.effect.mean));
      const steps = edge.hull.slice(1).map((to, i) => ratio(
        cost[to].map((value, d) => value - cost[edge.hull[i]][d]),
        effect[to].map((value, d) => value - effect[edge.hull[i]][d])));
      result.frontier = { ...edge, steps };
    }
    if (!money) {
      const most = Math.max(data.pairs[pair].most, wtp);
      const grid = Array.from({ length: GRID + 1 }, (_, i) => (most * i) / GRID);
      const sizes = grid.map((worth) => Math.abs(level[usual][0]) + worth * start);
      result.curves = read.once([pair, horizon, group, most].join(" "), () => ({
        wtp: grid, chance: grid.map((worth, i) => chances(cost, effect, worth, sizes[i])),
        optimal: grid.map((worth, i) => bestExpected(cost, effect, worth, sizes[i])),
      }));
    }
    return result;
  }

  /* ---- Choices: what may go with what, and how an address holds it ---- */

  /** Gives what may be chosen, and mends a choice that may not: outcome rules cost and horizon, horizon the group. */
  function rules(data, read) {
    const names = Object.keys(data.pairs);
    const costs = (outcome) => names.filter((name) => data.pairs[name].outcome === outcome)
      .map((name) => data.pairs[name].cost);
    const horizons = (outcome, cost) => Object.keys(data.horizons).filter((horizon) => read.has(horizon, "all", cost)
      && (outcome === "money" || read.has(horizon, "all", outcome)));
    const groups = (horizon) => Object.keys(data.groups).filter((group) => read.has(horizon, group, "society"));
    const initial = () => ({ outcome: "money", cost: "society", horizon: "12m", group: "all", worths: {} });
    const mended = (asked) => {
      const choice = { ...initial(), ...asked };
      const take = (key, offered, otherwise) => {
        if (!offered.includes(choice[key])) choice[key] = offered.includes(otherwise) ? otherwise : offered[0];
      };
      take("outcome", ["money", "days", "qalys"]);
      take("cost", costs(choice.outcome), choice.outcome === "money" ? "society" : "program");
      take("horizon", horizons(choice.outcome, choice.cost));
      take("group", groups(choice.horizon));
      choice.pair = names.find((name) => data.pairs[name].cost === choice.cost
        && data.pairs[name].outcome === choice.outcome);
      choice.wtp = choice.outcome === "money" ? 0 : choice.worths[choice.pair] ?? data.pairs[choice.pair].worth;
      return choice;
    };
    const written = (choice) => {
      const start = initial(), parts = ["outcome", "cost", "horizon", "group"].filter((key) => choice[key] !== start[key])
        .map((key) => `${key}=${choice[key]}`);
      if (choice.pair in choice.worths) parts.push(`wtp=${choice.wtp}`);
      return ["#explore", ...parts].join("&");
    };
    const readFrom = (address) => {
      if (!/^#explore&/.test(address)) return null;
      const asked = Object.fromEntries(new URLSearchParams(address.slice(1)));
      const choice = mended({ outcome: asked.outcome, cost: asked.cost, horizon: asked.horizon, group: asked.group });
      if (!("wtp" in asked) || choice.outcome === "money") return { choice, wrong: false };
      const wtp = reading(asked.wtp, { thousands: " ", decimal: "." });
      return { choice: wtp === null ? choice : mended({ ...choice, worths: { [choice.pair]: wtp } }), wrong: wtp === null };
    };
    return { costs, horizons, groups, initial, mended, written, readFrom };
  }

  /* ---- Words: sentences from the page's texts ---- */

  /** Gives the sentences of a result. */
  function sentences(data, say, write, choice, result) {
    const { pair, outcome, wtp } = choice, names = data.strategies, usual = names[data.comparator].spoken;
    const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
    const listed = (parts) => parts.reduce((text, part, i) => (i === parts.length - 1
      ? say("and", { first: text, last: part }) : say("comma", { first: text, next: part })));
    const least = outcome === "qalys" ? LEAST_QALY : 0;
    const others = result.rows.map((row) => row.strategy).filter((s) => s !== data.comparator);
    const shares = () => listed(result.rows.map((row) => say("chance_of", {
      strategy: names[row.strategy].spoken, chance: write.chance(row.chance, data.draws) })));
    const side = data.sides[data.pairs[pair].cost], { span, label } = data.horizons[choice.horizon];
    const caption = (key) => capital(say(key, { side, usual }));
    const worth = pair in choice.worths ? say("kroner", { amount: write.typed(wtp) }) : write.kroner(wtp);
    const choiceWords = { caption: caption(outcome === "money" ? "money_caption" : `${pair}_caption`),
      span: capital(label), group: data.groups[choice.group].label,
      worth: outcome === "money" ? "" : say(`${outcome}_worth`, { amount: worth }) };
    return {
      least, usual, capital,
      answer() {
        const { first, rows } = result;
        let frame = say(outcome === "money" ? "money_frame" : `${pair}_frame`, { side, span, amount: worth });
        if (choice.group !== "all") frame = say("among", { frame, group: data.groups[choice.group].inside });
        const order = rows.filter((row) => row.strategy !== first).sort((a, b) => a.behind.mean - b.behind.mean);
        const top = names[first].spoken;
        const close = order.filter((row) => row.behind.mean <= CLEAR * row.behind.error + NEGLIGIBLE);
        if (close.length) {
          return capital(say("close", { frame,
            names: listed([top, ...close.map((row) => names[row.strategy].spoken)]) }));
        }
        const { behind, strategy } = order[0];
        return capital(say("best", { frame, best: top, next: capital(names[strategy].spoken),
          amount: write.kroner(behind.mean, behind.error),
          interval: write.interval(behind.low, behind.high, behind.error),
          zero: behind.low < -NEGLIGIBLE && behind.high > NEGLIGIBLE ? say("zero") : "" }));
      },
      sure: () => say("sure", { best: names[result.first].spoken,
        chance: write.chance(result.rows[result.first].chance, data.draws) }),
      caption: () => say(outcome === "money" ? "choice" : "choice_wtp", choiceWords),
      note: () => say(data.draws < data.made ? "note_part" : "note", {
        draws: write.grouped(data.draws), carried: write.grouped(data.draws), made: write.grouped(data.made) }),
      evpi: () => say("evpi", { amount: write.kroner(result.evpi.mean, result.evpi.error) }),
      ratios() {
        if (!result.frontier) return [];
        const { hull, steps, extended, dominated } = result.frontier, name = (s) => names[s].spoken;
        const lines = hull.map((s, i) => {
          if (!i) return say(hull.length > 1 ? "on_cheapest" : "on_only", { strategy: name(s) });
          const { value, error } = steps[i - 1], written = write.plusMinus(error).replace(" ", "\u00a0");
          return say(written ? "on_frontier" : "on_frontier_sure", { strategy: name(s), before: name(hull[i - 1]),
            amount: write.kroner(value, error), error: written });
        });
        return [...lines,
          ...extended.map((one) => say("off_mix", { strategy: name(one.strategy), low: name(one.low), high: name(one.high) })),
          ...dominated.map((one) => say("off_dominated", { strategy: name(one.strategy), by: name(one.by) })),
        ].map(capital);
      },
      planeAlt: () => say("plane_alt", { title: say("plane_title"), usual, points: listed(others.map((s) => {
        const { effect, difference } = result.rows[s];
        return say("plane_point", { strategy: names[s].spoken,
          effect: say(`${outcome}_amount`, { amount: write.number(effect.mean, Math.max(effect.error, least)) }),
          amount: write.kroner(difference.mean, difference.error) });
      })) }),
      curveAlt: () => say("curve_alt", { title: say("curve_title"), amount: worth, chances: shares() }),
      spreadAlt: () => say("spread_alt", { title: say("spread_title"), usual, points: listed(others.map((s) => {
        const { mean: middle, low, high, error } = result.rows[s].benefit;
        return say("spread_point", { strategy: names[s].spoken, amount: write.kroner(middle, error),
          interval: write.interval(low, high, error) });
      })) }),
      barsAlt: () => say("bars_alt", { title: say("bars_title"), chances: shares() }),
    };
  }

  /* ---- Drawings: SVG that takes its colours from the page ---- */

  const WIDTH = 460, HEIGHT = 320, BOX = { left: 66, right: 434, top: 34, bottom: 268 };

  function shape(tag, attributes = {}, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
  }

  const ink = (s) => `var(--strategy-${s % 6})`;
  const place = (value) => value.toFixed(1);

  /** Round values that divide a range in about so many steps. */
  function ticks(low, high, count) {
    const rough = (high - low) / count || 1, unit = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((times) => times * unit).find((size) => size >= 0.7 * rough);
    const first = Math.ceil(low / step - 1e-9);
    const length = Math.floor(high / step + 1e-9) - first + 1;
    const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return { values: Array.from({ length }, (_, i) => (first + i) * step), decimals };
  }

  /** A range with a little room on both sides, that holds 0 and at least so much beside it. */
  function room(values, least = 0) {
    const low = Math.min(-least, ...values), high = Math.max(least, ...values), more = 0.05 * (high - low || 1);
    return [low < 0 ? low - more : low, high > 0 ? high + more : high];
  }

  /** Axes of a drawing, and where a value stands on them. */
  function axes({ x: [left, right], y: [low, high], xTitle, yTitle, xText, yText, box = BOX }) {
    const x = (value) => box.left + ((value - left) / (right - left)) * (box.right - box.left);
    const y = (value) => box.bottom - ((value - low) / (high - low)) * (box.bottom - box.top);
    const group = shape("g", { class: "axes" });
    const across = ticks(left, right, 5);
    across.values.forEach((value) => group.append(
      shape("line", { x1: place(x(value)), x2: place(x(value)), y1: box.top, y2: box.bottom, class: "grid" }),
      shape("text", { x: place(Math.min(x(value), WIDTH - 3.6 * xText(value, across.decimals).length)), y: box.bottom + 18,
        "text-anchor": "middle" }, xText(value, across.decimals))));
    if (yText) {
      const up = ticks(low, high, 5);
      up.values.forEach((value) => group.append(
        shape("line", { x1: box.left, x2: box.right, y1: place(y(value)), y2: place(y(value)), class: "grid" }),
        shape("text", { x: box.left - 8, y: place(y(value) + 4.5), "text-anchor": "end" }, yText(value, up.decimals))));
      group.append(shape("text", { x: 0, y: 14, class: "title" }, yTitle));
    }
    group.append(shape("text", { x: box.right, y: box.bottom + 42, "text-anchor": "end", class: "title" }, xTitle));
    return { x, y, group, box };
  }

  const line = (x1, y1, x2, y2, kind) => shape("line", {
    x1: place(x1), y1: place(y1), x2: place(x2), y2: place(y2), class: kind });

  function drawn(target, alt, ...parts) {
    const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": alt }, ...parts);
    target.replaceChildren(svg);
  }

  function drawPlane(target, { alt, x: xTitle, y: yTitle, least }, result, write, wtp, others) {
    const shown = (rows, s) => rows[s].slice(0, MOST_POINTS), { effect, cost } = result;
    const wide = room(others.flatMap((s) => shown(effect, s)), least), tall = room(others.flatMap((s) => shown(cost, s)));
    const { x, y, group, box } = axes({ x: wide, y: tall, xTitle, yTitle, xText: write.grouped, yText: write.grouped });
    const frame = shape("rect", { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top });
    const points = others.map((s) => shape("g", { fill: ink(s), "fill-opacity": 0.32 }, ...shown(effect, s).map(
      (value, d) => shape("circle", { cx: place(x(value)), cy: place(y(cost[s][d])), r: 1.9 }))));
    const rings = others.map((s) => shape("circle", { cx: place(x(mean(effect[s]))), cy: place(y(mean(cost[s]))), r: 5.5,
      fill: ink(s), class: "ring" }));
    const worth = line(x(wide[0]), y(wtp * wide[0]), x(wide[1]), y(wtp * wide[1]), "broken");
    drawn(target, alt, shape("clipPath", { id: "explore-plane" }, frame), group,
      line(x(0), box.top, x(0), box.bottom, "zero"), line(box.left, y(0), box.right, y(0), "zero"), ...points,
      shape("g", { "clip-path": "url(#explore-plane)" }, worth), ...rings);
  }

  function drawCurves(target, { alt, x: xTitle, y: yTitle }, { curves }, write, wtp, strategies) {
    const share = (value) => write.hundredths(100 * value);
    const { x, y, group, box } = axes({ x: [0, curves.wtp.at(-1)], y: [0, 1], xTitle, yTitle,
      xText: write.grouped, yText: share });
    const path = (points) => points.map(([worth, chance], i) =>
      `${i ? "L" : "M"}${place(x(worth))} ${place(y(chance))}`).join("");
    const bands = strategies.map((_, s) => shape("path", { class: "band", stroke: ink(s), d: curves.wtp.flatMap(
      (worth, i) => (curves.optimal[i] === s && i ? [path([
        [curves.wtp[i - 1], curves.chance[i - 1][s]], [worth, curves.chance[i][s]]])] : [])).join("") }));
    const lines = strategies.map((_, s) => shape("path", { class: "curve", stroke: ink(s),
      d: path(curves.wtp.map((worth, i) => [worth, curves.chance[i][s]])) }));
    drawn(target, alt, group, ...bands, ...lines, line(x(wtp), box.top, x(wtp), box.bottom, "broken"));
  }

  function drawSpread(target, { alt, x: xTitle }, { rows, benefit }, write, others, strategies) {
    const sorted = others.map((s) => Float64Array.from(benefit[s]).sort());
    const ends = sorted.flatMap((values) => [quantile(values, 0.004), quantile(values, 0.996)]);
    const wide = room(ends), box = { ...BOX, left: 6, top: 8 }, bin = (wide[1] - wide[0]) / BINS;
    const { x, group } = axes({ x: wide, y: [0, 1], xTitle, xText: write.grouped, box });
    const height = (box.bottom - box.top) / others.length;
    const parts = others.map((s, i) => {
      const floor = box.top + height * (i + 1) - 16, counts = new Array(BINS).fill(0);
      sorted[i].forEach((value) => { const at = Math.floor((value - wide[0]) / bin); if (at in counts) counts[at] += 1; });
      const tall = Math.min(60, height - 44) / Math.max(...counts, 1);
      const bars = counts.flatMap((count, at) => (count ? [shape("rect", { x: place(x(wide[0] + at * bin)),
        width: place(x(bin) - x(0) - 0.8), y: place(floor - count * tall), height: place(count * tall) })] : []));
      const { mean: middle, low, high } = rows[s].benefit;
      return shape("g", { fill: ink(s) }, shape("g", { "fill-opacity": 0.35 }, ...bars),
        shape("line", { x1: place(x(low)), x2: place(x(high)), y1: floor + 5, y2: floor + 5, stroke: ink(s), class: "range" }),
        shape("circle", { cx: place(x(middle)), cy: floor + 5, r: 4.5 }),
        shape("text", { x: box.left, y: place(box.top + height * i + 16), class: "name" }, strategies[s].label));
    });
    drawn(target, alt, group, line(x(0), box.top, x(0), box.bottom, "zero"), ...parts);
  }

  function drawBars(target, { alt }, { rows }, write, draws, strategies) {
    const height = BOX.bottom / rows.length, wide = WIDTH - 96;
    const parts = rows.map(({ strategy: s, chance }) => {
      const top = 8 + s * height;
      return shape("g", { fill: ink(s) }, shape("text", { x: 6, y: place(top + 14), class: "name" }, strategies[s].label),
        shape("rect", { x: 6, y: place(top + 22), width: wide, height: 16, class: "track" }),
        shape("rect", { x: 6, y: place(top + 22), width: place(Math.max(chance * wide, 1.5)), height: 16 }),
        shape("text", { x: wide + 14, y: place(top + 35) }, write.chance(chance, draws)));
    });
    drawn(target, alt, ...parts);
  }

  /* ---- The page: a form, and what follows from it ---- */

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
  }

  /** Writes a quantity with what stands under it; its full digits are in the cell's data. */
  function cell(write, head, name, { mean: value, low, high, error }, { least = 0, text, tone } = {}) {
    const kept = Math.max(error ?? 0, least);
    const under = [low === undefined ? "" : write.interval(low, high, kept), least && kept === least ? "" : write.plusMinus(error)];
    const made = element("td", { role: "cell", "data-head": head, "data-quantity": name, "data-value": value },
      text ?? write.number(value, kept));
    Object.entries({ low, high, error }).forEach(([key, part]) => { if (part !== undefined) made.dataset[key] = part; });
    const small = under.filter(Boolean).map((part) => element("span", {}, part));
    if (tone) { made.className = "unsure"; made.dataset.zero = tone; }
    if (small.length && !text) made.append(element("small", {}, ...small.flatMap((part) => [part, " "])));
    return made;
  }

  function nameCell(strategy, s) {
    return element("th", { scope: "row", role: "rowheader", class: "w" }, element("span", { class: `dot s${s % 6}` }), strategy.label);
  }

  /** Fills a table; the roles are said because a phone's layout, which is no table's, would take them away. */
  function fillTable(table, caption, heads, rows) {
    const head = element("tr", { role: "row" }, ...heads.map((text, i) => element("th",
      { scope: "col", role: "columnheader", ...(i ? {} : { class: "w" }) }, text)));
    table.replaceChildren(element("caption", { id: `${table.id}-caption` }, caption),
      element("thead", { role: "rowgroup" }, head), element("tbody", { role: "rowgroup" }, ...rows));
  }

  /** Keeps boxes among the tab stops as long as they have something to scroll to. */
  function keepReachable(boxes) {
    const names = new Map(boxes.map((box) => [box, box.getAttribute("aria-labelledby")]));
    const look = (box) => {
      const given = { tabindex: "0", role: "region", "aria-labelledby": names.get(box) };
      Object.entries(given).forEach(([key, value]) => {
        if (box.scrollWidth > box.clientWidth) box.setAttribute(key, value);
        else box.removeAttribute(key);
      });
    };
    const watch = new ResizeObserver((seen) => seen.forEach(({ target }) => look(names.has(target) ? target : target.parentElement)));
    boxes.forEach((box) => { watch.observe(box); Array.from(box.children).forEach((part) => watch.observe(part)); });
  }

  /** Joins form, data and drawings; returns what tests ask for. */
  function start(data) {
    const say = (name, values = {}) => data.texts[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
    const write = writer(data.signs, say), read = reader(data), allowed = rules(data, read);
    const at = (name) => document.getElementById(`explore-${name}`);
    const keys = ["outcome", "cost", "horizon", "group"], { strategies } = data;
    const others = strategies.map((_, s) => s).filter((s) => s !== data.comparator);
    let choice = allowed.mended({}), result = null, waiting = 0;

    function showForm(wrong = false) {
      const { pair, outcome, horizon, group } = choice, money = outcome === "money", about = data.pairs[pair];
      const offered = { cost: allowed.costs(outcome), horizon: allowed.horizons(outcome, choice.cost), group: allowed.groups(horizon) };
      keys.forEach((key) => {
        Array.from(at(key).options).forEach((option) => { option.disabled = key in offered && !offered[key].includes(option.value); });
        at(key).value = choice[key];
      });
      [at("wtp"), at("slide")].forEach((control) => { control.disabled = money; });
      if (!money) {
        Object.assign(at("slide"), { max: about.most, step: about.step, value: choice.wtp });
        const own = pair in choice.worths ? choice.wtp : round(choice.wtp, placesOf(choice.wtp, 0));
        if (document.activeElement !== at("wtp")) at("wtp").value = write.plain(own);
      } else at("wtp").value = "";
      at("wtp").setAttribute("aria-invalid", wrong);
      const badly = { most: write.grouped(MOST_WORTH), example: write.grouped(1234.5, 1) };
      const refused = data.refusals, meaning = data.horizons[horizon].meaning;
      const hints = {
        outcome: data.outcomes[outcome], cost: refused[outcome], wtp: wrong ? say("bad_wtp", badly) : money ? refused.money_wtp : about.hint,
        horizon: outcome === "qalys" ? `${meaning} ${refused.qalys_horizon}` : meaning,
        group: horizon === "c" ? refused.c_group : data.groups[group].hint,
      };
      at("caution").textContent = about.cautions.join(" ");
      Object.entries(hints).forEach(([key, text]) => { at(`${key}-hint`).textContent = text; });
    }

    function showTable(words) {
      const money = choice.outcome === "money", { least } = words;
      const heads = money ? ["strategy", "cost", "gain", "chance", "loss"]
        : ["strategy", "cost", "difference", choice.outcome, "net_benefit", "chance", "loss"];
      const unsure = ({ low, high }) => (low < -NEGLIGIBLE && high > NEGLIGIBLE ? say("spans") : "");
      const little = ({ low, high }) => (Math.max(-low, high) < least
        ? { text: say("under", { percent: write.number(least, least) }) } : { least });
      const rows = result.rows.map((row) => {
        const s = row.strategy, usual = s === data.comparator, none = { text: NONE };
        const one = (name, values, options = {}) => cell(write, say(name), name, values, usual ? none : options);
        const middle = money ? [one("gain", row.benefit, { tone: unsure(row.benefit) })] : [
          one("difference", row.difference), one(choice.outcome, row.effect, little(row.effect)),
          one("net_benefit", row.benefit, { tone: unsure(row.benefit) })];
        return element("tr", { role: "row", "data-strategy": strategies[s].name }, nameCell(strategies[s], s),
          cell(write, say("cost"), "cost", row.cost), ...middle,
          cell(write, say("chance"), "chance", { mean: row.chance }, { text: write.chance(row.chance, data.draws) }),
          cell(write, say("loss"), "loss", row.loss));
      });
      fillTable(at("table"), words.caption(), heads.map((name) => say(name)), rows);
    }

    function showAlso(usual) {
      const rows = data.also[choice.group].map((one) => {
        const share = one.unit === "share of people", times = share ? 100 : 1;
        const cells = strategies.map((strategy, s) => {
          const [level, error] = one.levels[s].map((value) => times * value), before = others.indexOf(s);
          const text = write.number(level, error) + (share ? `${data.signs.percent}%` : "");
          const made = element("td", { role: "cell", "data-head": strategy.label }, text);
          if (before < 0) return made;
          const [gap, low, high, gapError] = one.increments[before].map((value) => times * value);
          const number = write.number(gap, gapError);
          made.append(element("small", {}, element("span", {}, share ? say("points", { amount: number }) : number), " ",
            element("span", {}, write.interval(low, high, gapError))));
          return made;
        });
        return element("tr", { role: "row" }, element("th", { scope: "row", role: "rowheader", class: "w" }, one.label), ...cells);
      });
      fillTable(at("also"), say("also_caption", { usual, group: data.groups[choice.group].label }),
        [say("measure"), ...strategies.map((strategy) => strategy.label)], rows);
    }

    function showFigures(words) {
      const money = choice.outcome === "money", title = (first, second) => {
        at("first-caption").textContent = first;
        at("second-caption").textContent = second;
      };
      if (money) {
        title(say("spread_title"), say("bars_title"));
        drawSpread(at("first"), { alt: words.spreadAlt(), x: say("gain_axis", { usual: words.usual }) }, result, write, others, strategies);
        drawBars(at("second"), { alt: words.barsAlt() }, result, write, data.draws, strategies);
      } else {
        title(`${say("plane_title")}. ${say("plane_line")}`, say("curve_title"));
        drawPlane(at("first"), { alt: words.planeAlt(), x: say(`${choice.outcome}_axis`), y: say("cost_axis"), least: 10 * words.least },
          result, write, choice.wtp, others);
        drawCurves(at("second"), { alt: words.curveAlt(), x: say(`${choice.outcome}_wtp_axis`), y: say("bars_title") },
          result, write, choice.wtp, strategies);
      }
    }

    function show(wrong = false) {
      result = evaluate(data, read, choice);
      const words = sentences(data, say, write, choice, result);
      showForm(wrong);
      showTable(words);
      showFigures(words);
      showAlso(words.usual);
      const answer = [words.answer(), words.sure()];
      if (at("answer").textContent !== answer.join(" ")) {
        at("answer").replaceChildren(element("b", {}, answer[0]), " ", answer[1]);
      }
      at("evpi").textContent = words.evpi();
      at("evpi").dataset.value = result.evpi.mean;
      at("note").textContent = words.note();
      at("ratios").replaceChildren(...words.ratios().map((text) => element("li", {}, text)));
    }

    function choose(asked, wrong = false) {
      choice = allowed.mended({ ...choice, ...asked });
      show(wrong);
      address(200); // browsers limit how often an address may change
    }

    /** Writes the choice to the address, and marks that it was written here: a link to this part has no such mark. */
    function address(later) {
      clearTimeout(waiting);
      waiting = setTimeout(() => history.replaceState({ explored: true }, "", allowed.written(choice)), later);
    }

    /** Takes the choice of the address; one without a choice is the start, unless a link in the page led to it. */
    function follow() {
      const asked = allowed.readFrom(location.hash);
      if (asked) {
        choice = asked.choice;
        show(asked.wrong);
        address(0);
        document.getElementById("explore").scrollIntoView();
      } else if (location.hash === "#explore" && !history.state) address(0);
      else if (["", "#explore"].includes(location.hash)) {
        clearTimeout(waiting);
        choice = allowed.mended({});
        show();
      }
    }

    keys.forEach((key) => at(key).addEventListener("change", () => choose({ [key]: at(key).value })));
    const worth = (wtp) => choose(wtp === null ? {} : { worths: { ...choice.worths, [choice.pair]: wtp } }, wtp === null);
    at("wtp").addEventListener("input", () => worth(reading(at("wtp").value, data.signs)));
    at("slide").addEventListener("input", () => worth(Number(at("slide").value)));
    at("form").addEventListener("submit", (event) => event.preventDefault());
    at("reset").addEventListener("click", () => { choice = allowed.mended({}); choose({}); });
    window.addEventListener("hashchange", follow);
    at("legend").append(...strategies.map((one, s) => element("li", {}, element("span", { class: `dot s${s % 6}` }), one.label)));
    at("form").hidden = false;
    at("result").hidden = false;
    show();
    if (allowed.readFrom(location.hash)) follow();
    // The script stands in the middle of the page: what follows it is not there yet.
    document.addEventListener("DOMContentLoaded", () => keepReachable(Array.from(document.querySelectorAll(".scroll, .plot"))));
    return { write, choose, choice: () => choice, result: () => result };
  }

  const page = start(JSON.parse(document.getElementById("explore-data").textContent));
  return { ...page, fixed, round, quantile, spread, best, chances, bestExpected, frontier, ticks };
})();
