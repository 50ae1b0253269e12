/// What HAProxy says of a field of `show info` in the typed and JSON formats.
struct InfoField: Sendable {
    let name: String
    let position: Int
    /// Origin, nature and scope, a letter each (management.txt §9.1).
    let tags: String
    /// `u32`, `u64` or `str`.
    let type: String

    /// The fields of HAProxy 3.0, in order of position.
    static let table: [InfoField] = """
        Name:POS:str, Version:POS:str, Release_date:POS:str, Nbthread:CGS:u32, Nbproc:CGS:u32
        Process_num:KGP:u32, Pid:SGP:u32, Uptime:MDP:str, Uptime_sec:MDP:u32, Memmax_MB:CLP:u32
        PoolAlloc_MB:MGP:u32, PoolUsed_MB:MGP:u32, PoolFailed:MCP:u32, Ulimit-n:CLP:u32
        Maxsock:CLP:u32, Maxconn:CLP:u32, Hard_maxconn:CLP:u32, CurrConns:MGP:u32
        CumConns:MCP:u32, CumReq:MCP:u32, MaxSslConns:MMP:u32, CurrSslConns:MGP:u32
        CumSslConns:MCP:u32, Maxpipes:CLP:u32, PipesUsed:MGP:u32, PipesFree:MGP:u32
        ConnRate:MRP:u32, ConnRateLimit:CLP:u32, MaxConnRate:MMP:u32, SessRate:MRP:u32
        SessRateLimit:CLP:u32, MaxSessRate:MRP:u32, SslRate:MRP:u32, SslRateLimit:CLP:u32
        MaxSslRate:MMP:u32, SslFrontendKeyRate:MGP:u32, SslFrontendMaxKeyRate:MMP:u32
        SslFrontendSessionReuse_pct:MGP:u32, SslBackendKeyRate:MRP:u32
        SslBackendMaxKeyRate:MMP:u32, SslCacheLookups:MCP:u32, SslCacheMisses:MCP:u32
        CompressBpsIn:MRP:u32, CompressBpsOut:MRP:u32, CompressBpsRateLim:CLP:u32
        ZlibMemUsage:MGP:u32, MaxZlibMemUsage:CLP:u32, Tasks:MGP:u32, Run_queue:MGP:u32
        Idle_pct:MaP:u32, node:COS:str, description:COS:str, Stopping:MGP:u32, Jobs:MGP:u32
        Unstoppable Jobs:MGP:u32, Listeners:MGP:u32, ActivePeers:MGP:u32, ConnectedPeers:MGP:u32
        DroppedLogs:MGP:u32, BusyPolling:MGP:u32, FailedResolutions:MGP:u32
        TotalBytesOut:MGP:u64, TotalSplicedBytesOut:MGP:u64, BytesOutRate:MRP:u64
        DebugCommandsIssued:MGP:u32, CumRecvLogs:MCP:u32, Build info:POS:str
        Memmax_bytes:CLP:u32, PoolAlloc_bytes:MGP:u64, PoolUsed_bytes:MGP:u64
        Start_time_sec:MDP:u32, Tainted:SGP:str, TotalWarnings:MCP:u32, MaxconnReached:MCP:u32
        BootTime_ms:MDP:u32, Niced_tasks:MGP:u32, CurrStreams:MGP:u64, CumStreams:MGP:u64
        BlockedTrafficWarnings:MGP:u32
        """.split { $0 == "," || $0 == "\n" }.enumerated().map { position, word in
            let parts = word.split(separator: ":").map(String.init)
            let name = String(parts[0].drop { $0 == " " })
            return InfoField(name: name, position: position, tags: parts[1], type: parts[2])
        }

    static let byName = Dictionary(uniqueKeysWithValues: table.map { ($0.name, $0) })
}
