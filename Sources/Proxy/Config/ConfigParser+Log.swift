import BootConfig
import Model

/// What a section says about its logs.
struct LogDraft {
    /// Numbers in `ProxyConfiguration.logTargets`.
    var targets: [Int] = []
    /// The format an `option` names, by the name of its variable in the environment.
    var preset: Preset?
    var leavesOutNormal = false
    var separatesErrors = false
    /// `option logasap`.
    var isEarly = false
    /// `option dontlognull`.
    var leavesOutEmpty = false

    /// The formats of `option httplog`, `option tcplog` and `option httplog clf` (configuration.txt §8.2).
    enum Preset: String {
        case http =
            "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r"
        case https =
            "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r %[fc_err]/%[ssl_fc_err,hex]/%[ssl_c_err]/%[ssl_c_ca_err]/%[ssl_fc_is_resumed] %[ssl_fc_sni]/%sslv/%sslc"
        case tcp = "%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq"
        case clf =
            "%{+Q}o %{-Q}ci - - [%trg] %r %ST %B \"\" \"\" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc %ac %fc %bc %sc %rc %sq %bq %CC %CS %hrl %hsl"
        /// What is logged of a connection without any of them.
        /// Of a handshake that failed, without the listener's name and what follows it.
        case failure = "%ci:%cp [%t] %f/"
        case connection = "Connect from %ci:%cp to %fi:%fp (%f/HTTP)"
    }
}

extension ConfigParser {
    /// `log`, in `global` and in proxies.
    mutating func parse(log line: BootLine, into targets: inout [Int], isGlobal: Bool) {
        if line.words.count == 2, line.words[1] == "global", !isGlobal {
            targets += configuration.globalLogs
            return
        }
        do throws(RuleMistake) {
            let target = try LogTarget(line.arguments)
            if case .ring(let name) = target.address, !name.isEmpty {
                ringReferences[name] = ringReferences[name] ?? line.origin
            }
            if let known = configuration.logTargets.firstIndex(of: target) {
                if !targets.contains(known) { targets.append(known) }
            } else {
                targets.append(configuration.logTargets.count)
                configuration.logTargets.append(target)
            }
        } catch {
            report("'log' : \(error).", at: line.origin)
        }
    }

    /// `log-tag` and `log-send-hostname` of `global`.
    mutating func parse(logSender line: BootLine) {
        switch line.keyword {
        case "log-tag":
            guard line.words.count == 2 else {
                return report("'log-tag' expects a tag for use in syslog.", at: line.origin)
            }
            configuration.logTag = line.words[1]
        default:
            configuration.sendsHostname = true
            if line.words.count > 1 { configuration.logHostname = line.words[1] }
            expectEnd(of: line, after: 2)
        }
    }

    /// Options about logs; false for every other.
    mutating func apply(logOption line: BootLine, isOn: Bool, to draft: inout ProxyDraft) -> Bool {
        switch (line.words[1], line.words.count) {
        case ("httplog", 2): draft.log.preset = isOn ? .http : nil
        case ("httplog", 3) where line.words[2] == "clf": draft.log.preset = isOn ? .clf : nil
        case ("tcplog", 2): draft.log.preset = isOn ? .tcp : nil
        case ("httpslog", 2): draft.log.preset = isOn ? .https : nil
        case ("logasap", 2): draft.log.isEarly = isOn
        case ("dontlog-normal", 2): draft.log.leavesOutNormal = isOn
        case ("log-separate-errors", 2): draft.log.separatesErrors = isOn
        case ("dontlognull", 2): draft.log.leavesOutEmpty = isOn
        default: return false
        }
        return true
    }

    /// Gives the rules of a section the format and the targets of its log.
    mutating func settleLog(of draft: inout ProxyDraft) {
        guard !draft.log.targets.isEmpty else { return }
        if draft.rules.settled.logFormat.isEmpty {
            draft.rules.settled.logFormat = format(draft.log.preset ?? .connection, of: &draft)
        }
        if draft.rules.settled.errorLogFormat.isEmpty {
            draft.rules.settled.errorLogFormat = format(.failure, of: &draft)
            draft.rules.settled.namesError = true
        }
        draft.rules.settled.leavesOutEmpty = draft.log.leavesOutEmpty
        draft.rules.settled.logTargets = configuration.rules.append(
            draft.log.targets.map { Int32($0) },
            to: \.numbers
        )
        draft.rules.settled.leavesOutNormal = draft.log.leavesOutNormal
        draft.rules.settled.separatesErrors = draft.log.separatesErrors
        draft.rules.settled.logsEarly = draft.log.isEarly
        draft.rules.settled.keepsRequest = true
    }

    private mutating func format(_ preset: LogDraft.Preset, of draft: inout ProxyDraft)
        -> IndexRange
    {
        let line = BootLine(words: ["log-format", preset.rawValue], origin: draft.origin)
        let format = readRule(line, in: &draft, as: "log format") { parser throws(RuleMistake) in
            try parser.format(preset.rawValue, for: .log)
        }
        return format ?? IndexRange()
    }
}
