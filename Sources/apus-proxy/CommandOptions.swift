import Proxy

/// The command line, a subset of HAProxy's.
struct CommandOptions {
    var files: [String] = []
    var checksOnly = false
    /// `-cc`: an expression to answer instead of starting.
    var condition: String?
    var isQuiet = false
    var isDebugging = false
    var printsVersion = false
    var printsHelp = false
    var pidfile: String?
    /// `-L`: what `HAPROXY_LOCALPEER` says to the configuration; there are no peers.
    var localPeer: String?
    /// `-n`: connections of the process, whatever the configuration says.
    var maxconn: Int?
    /// `-C`: where relative paths start.
    var folder: String?
    /// `-D`.
    var isDaemon = false
    /// `-W`, `-Ws`.
    var hasMaster = false
    /// `-S`: where the master listens for commands.
    var masterAddress: StatsSocket.Address?
    /// `-x`, `-sf`, `-st`.
    var succession = Succession()
    private var isNamingPids: String?

    /// Why the command line cannot be obeyed.
    struct UsageError: Error, CustomStringConvertible {
        let description: String
    }

    static let usage = """
        Usage: apus-proxy -f FILE|DIR [-f …] [options]
          -f FILE|DIR   read this file, or every *.cfg of this directory; several are read as one
          -c            check the configuration and exit: 0 valid, 1 not
          -cc EXPR      answer a condition of the configuration's language and exit: 0 true, 1 false
          -v, -vv       print the version and exit
          -q            print no warnings
          -V            print them again after -q
          -d, -db       stay in the foreground
          -D            go to the background once everything listens
          -W, -Ws       a master starts workers and replaces them (SIGUSR2); tells systemd
          -S ADDRESS    the master's command line
          -x SOCKET     take the listening sockets of the process behind this Runtime API socket
          -sf, -st PIDS tell these processes to finish, or to stop, once this one serves
          -p FILE       write the process id to FILE
          -n COUNT      connections of the whole process, instead of 'maxconn'
          -C FOLDER     go to FOLDER before anything is read
          -L NAME       the name that HAPROXY_LOCALPEER has in the configuration
        """

    init(_ arguments: some Sequence<String>) throws(UsageError) {
        var rest = arguments.makeIterator()
        while let argument = rest.next() {
            switch argument {
            case "-f":
                guard let file = rest.next() else {
                    throw UsageError(description: "-f needs a file")
                }
                files.append(file)
            case "-p", "-L", "-C", "-n", "-cc", "-m", "-N":
                try take(argument, rest.next())
            case "-c": checksOnly = true
            case "-v", "-vv": printsVersion = true
            case "-q": isQuiet = true
            case "-V": isQuiet = false
            case "-d", "-db": isDebugging = true
            // Switches of HAProxy's for pollers, splicing, debugging and memory that have nothing to switch here.
            case "-dM", "-dI", "-dW", "-dr", "-dS", "-dV", "-dk", "-de", "-dp", "-dG", "-dR": break
            case _ where argument.hasPrefix("-dM"): break
            case "-D": isDaemon = true
            case "-W", "-Ws": hasMaster = true
            case "-S": try takeMasterAddress(rest.next())
            case "-x": succession.socket = rest.next()
            case "-sf", "-st": isNamingPids = argument
            case _ where isNamingPids != nil && Int(argument) != nil:
                let pid = Int(argument) ?? 0
                if isNamingPids == "-sf" {
                    succession.draining.append(pid)
                } else {
                    succession.stopping.append(pid)
                }
            case "-h", "--help": printsHelp = true
            default: throw UsageError(description: "unknown option '\(argument)'")
            }
        }
        if files.isEmpty, !printsVersion, !printsHelp, condition == nil {
            throw UsageError(description: "no configuration file: use -f")
        }
    }

    /// `ADDRESS[,bind options…]`; options are for TCP's access control, which belongs in front of it.
    private mutating func takeMasterAddress(_ text: String?) throws(UsageError) {
        let address = text.map { String($0.prefix { $0 != "," }) } ?? ""
        guard let parsed = StatsSocket.Address(text: address) else {
            throw UsageError(description: "-S needs an address, not '\(text ?? "")'")
        }
        masterAddress = parsed
    }

    /// Options with one value.
    private mutating func take(_ option: String, _ value: String?) throws(UsageError) {
        guard let value else { throw UsageError(description: "\(option) needs a value") }
        switch option {
        case "-p": pidfile = value
        case "-L": localPeer = value
        case "-C": folder = value
        case "-cc": condition = value
        default:
            guard let count = Int(value), count > 0 else {
                throw UsageError(description: "\(option) needs a number above 0, not '\(value)'")
            }
            // `-m` bounds memory that is not asked for in advance here, `-N` is the default of a default.
            if option == "-n" { maxconn = count }
        }
    }
}
