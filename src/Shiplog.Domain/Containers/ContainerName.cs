using System.Text.RegularExpressions;

namespace Shiplog.Domain.Containers;

/// <summary>Names of containers: Docker's grammar, and names for those that were given none.</summary>
public static partial class ContainerName
{
    private static readonly string[] Moods =
    [
        "able", "amber", "bold", "brave", "bright", "brisk", "calm", "candid", "clever", "cosy", "daring", "deft", "eager", "early",
        "faithful", "fearless", "fond", "gallant", "gentle", "glad", "golden", "hardy", "honest", "jolly", "keen", "kind", "lively",
        "loyal", "lucid", "lucky", "merry", "mighty", "mild", "modest", "nimble", "noble", "patient", "placid", "proud", "quick",
        "quiet", "ready", "robust", "salty", "serene", "sharp", "silent", "silver", "sincere", "sober", "spry", "steady", "stout",
        "sturdy", "sunny", "swift", "tidy", "tireless", "true", "upbeat", "valiant", "vivid", "warm", "wise", "witty", "zesty",
    ];

    private static readonly string[] Things =
    [
        "albatross", "anchor", "astrolabe", "atoll", "ballast", "barque", "beacon", "bosun", "bowsprit", "breeze", "brig", "buoy",
        "cabin", "capstan", "caravel", "chart", "clipper", "compass", "coral", "current", "cutter", "deck", "dinghy", "dolphin",
        "estuary", "fathom", "ferry", "fjord", "frigate", "galleon", "galley", "gull", "halyard", "harbour", "helm", "hull", "island",
        "jetty", "keel", "ketch", "lagoon", "lantern", "lighthouse", "lugger", "mainsail", "mast", "mizzen", "narwhal", "navigator",
        "oar", "packet", "pelican", "pier", "pilot", "porthole", "quay", "reef", "rigging", "rudder", "schooner", "sextant", "skiff",
        "sloop", "spinnaker", "starboard", "tern", "tide", "tiller", "topsail", "trawler", "voyage", "whaler", "windlass", "yawl",
    ];

    /// <summary>Accepts one with or without the leading slash that Docker's API shows.</summary>
    /// <param name="name">Without it.</param>
    public static bool TryParse(string text, out string name)
    {
        name = text.StartsWith('/') ? text[1..] : text;
        return Grammar().IsMatch(name);
    }

    /// <summary>A name made from these numbers: <c>steady_sextant</c>, from the second try on with a number behind.</summary>
    public static string Suggest(int random, int attempt)
    {
        var choice = (uint)random % (uint)(Moods.Length * Things.Length);
        var name = $"{Moods[choice % (uint)Moods.Length]}_{Things[choice / (uint)Moods.Length]}";
        return attempt == 0 ? name : $"{name}{choice % 97 + (uint)attempt}";
    }

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9_.-]+\z")]
    private static partial Regex Grammar();
}
