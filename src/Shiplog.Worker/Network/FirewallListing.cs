using System.Text.Json;

namespace Shiplog.Worker.Network;

/// <summary>What the kernel has of the table, as <c>nft --json --numeric-protocol list table</c> tells it.</summary>
/// <param name="Rules">How many rules each chain has.</param>
/// <param name="Ports">The published ports: <c>published 6 . 8080 : 172.17.0.2 . 80</c>.</param>
internal sealed record FirewallListing(bool Exists, IReadOnlyDictionary<string, int> Rules, IReadOnlySet<string> Ports)
{
    public static readonly FirewallListing Nothing = new(false, new Dictionary<string, int>(), new HashSet<string>());

    public static FirewallListing Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var rules = new Dictionary<string, int>();
        var ports = new HashSet<string>();
        foreach (var item in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (item.TryGetProperty("rule", out var rule))
                rules[rule.GetProperty("chain").GetString()!] = rules.GetValueOrDefault(rule.GetProperty("chain").GetString()!) + 1;
            else if (item.TryGetProperty("map", out var map) && map.TryGetProperty("elem", out var elements))
                ports.UnionWith(elements.EnumerateArray().Select(e => $"{map.GetProperty("name").GetString()} {Text(e[0])} : {Text(e[1])}"));
        }

        return new FirewallListing(true, rules, ports);
    }

    /// <summary>What is not as it is to be, one sentence each.</summary>
    public IEnumerable<string> Differences(string table, RuleChain[] chains, PortForward[] ports)
    {
        if (!Exists)
        {
            yield return $"nft table ip {table} missing";
            yield break;
        }

        foreach (var chain in chains.Where(c => Rules.GetValueOrDefault(c.Name) < c.Rules.Length))
            yield return $"nft chain {chain.Name} of table ip {table}: {chain.Rules.Length - Rules.GetValueOrDefault(chain.Name)} rules missing";
        var wanted = ports.ToDictionary(p => $"{p.Map} {p.Key} : {p.Target}");
        foreach (var (_, port) in wanted.Where(w => !Ports.Contains(w.Key)))
            yield return $"published port {port} missing";
        foreach (var port in Ports.Except(wanted.Keys))
            yield return $"element {port} of table ip {table}, which no container has";
    }

    private static string Text(JsonElement element) => element.TryGetProperty("concat", out var parts)
        ? string.Join(" . ", parts.EnumerateArray().Select(p => p.ToString()))
        : element.ToString();
}
