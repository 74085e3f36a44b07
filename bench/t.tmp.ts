import { measureService } from "./service.ts";

const s = await measureService();
console.log(JSON.stringify(s.memory), s.engine, s.writeUnits);
for (const r of s.rates)
  console.log(
    r.what,
    r.inFlight,
    r.perSecond.toFixed(0),
    r.toBare.toFixed(2),
    r.calls,
    r.serviceMs.toFixed(2),
    r.engineMs.toFixed(2),
  );
