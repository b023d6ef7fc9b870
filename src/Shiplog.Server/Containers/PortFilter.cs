using System.Globalization;
using Shiplog.Domain.Networks;
using Shiplog.Server.DockerApi;

namespace Shiplog.Server.Containers;

/// <summary>The filters <c>expose</c> and <c>publish</c>: <c>80</c>, <c>80/udp</c>, <c>8000-8080/tcp</c>.</summary>
internal sealed class PortFilter
{
    private readonly (int First, int Last, string Protocol)[] _wanted;
    private readonly bool _asked;

    private PortFilter(bool asked, (int, int, string)[] wanted) => (_asked, _wanted) = (asked, wanted);

    /// <exception cref="DockerException">A value is no port.</exception>
    public static PortFilter Read(Filters filters, string key) => new(filters.Has(key), [.. filters[key].Select(Parse)]);

    /// <summary>Not asked for, or one of these ports (<c>80/tcp</c>) is wanted.</summary>
    public bool Fits(IEnumerable<string> ports) => !_asked || ports.Any(text => Port.TryParse(text, out var p) &&
        _wanted.Any(w => p.Number >= w.First && p.Number <= w.Last && p.Protocol == w.Protocol));

    private static (int First, int Last, string Protocol) Parse(string text)
    {
        var (ports, protocol) = text.Split('/') is [var p, var named] ? (p, named) : (text, "tcp");
        var ends = ports.Split('-');
        return ends.Length <= 2 && Number(ends[0]) is { } first && Number(ends[^1]) is { } last && first <= last
            ? (first, last, protocol)
            : throw DockerException.Invalid($"filter for '{text}' should be a port, or a range of ports, with or without its protocol");
    }

    private static int? Number(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
