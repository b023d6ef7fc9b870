using System.Globalization;

namespace Shiplog.Worker.Runtime;

/// <summary>
/// Files of a control group as numbers. One that is not there counts nothing: the kernel need not have every controller, and a
/// group may end while it is read (ENODEV).
/// </summary>
internal static class ControlFile
{
    public static string Text(string? folder, string name)
    {
        try
        {
            return folder is null ? "" : File.ReadAllText(Path.Combine(folder, name)).Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <returns>The largest number there is for <c>max</c>.</returns>
    public static ulong Number(string? folder, string name) => Parse(Text(folder, name));

    /// <summary>A number behind each name.</summary>
    public static Dictionary<string, ulong> Table(string? folder, string name) => Lines(folder, name)
        .Select(l => l.Split(' ')).Where(f => f.Length == 2).GroupBy(f => f[0]).ToDictionary(f => f.Key, f => Parse(f.First()[1]));

    public static string[] Lines(string? folder, string name) => Text(folder, name).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static ulong Parse(string text) =>
        text is "max" ? ulong.MaxValue : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
