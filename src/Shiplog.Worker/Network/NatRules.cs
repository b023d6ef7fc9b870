using System.Text;

namespace Shiplog.Worker.Network;

/// <summary>The packet filter's part, as text for nft(8): one table of ours, replaced whole.</summary>
internal static class NatRules
{
    /// <summary>Addresses of the subnet leave the host under the host's own address.</summary>
    public static string Masquerade(string table, IEnumerable<(string Bridge, string Subnet)> networks)
    {
        var rules = new StringBuilder();
        foreach (var (bridge, subnet) in networks)
            rules.Append("    ip saddr ").Append(subnet).Append(" oifname != \"").Append(bridge).Append("\" masquerade\n");
        // Naming the table before deleting it makes the deletion succeed on the first run; nft applies all of it or nothing.
        return $$"""
            table ip {{table}}
            delete table ip {{table}}
            table ip {{table}} {
              chain postrouting {
                type nat hook postrouting priority srcnat; policy accept;
            {{rules.ToString().TrimEnd()}}
              }
            }

            """;
    }
}
